import { describe, expect, test } from '@jest/globals';
import { dialects } from '../src/dialects.ts';
import { readChunks } from './support/read-chunks.ts';
import { anthropicSdk, openaiSdk } from './support/sdk-clients.ts';

const text = 'Sorry, "gone" \\ for\nnow 😀 \u2028';
const answer = { model: 'gpt-4o', text, requestId: 'req_1', created: 1755137933 };
const conversational = Object.values(dialects).filter((dialect) => dialect.conversational);

test.each(conversational)(
  '$name: the canned answer is one, by our own reading',
  ({ name, cannedBody, cannedStream, readAnswer }) => {
    expect(readAnswer(cannedBody(answer), 'application/json')).toMatchObject({
      kind: 'ok',
      model: 'gpt-4o',
      filtered: false,
    });
    const whole = cannedStream(answer);
    const reading = readChunks(name, [whole]);
    expect(reading).toMatchObject({
      content: true,
      error: null,
      fault: null,
      model: 'gpt-4o',
      finishSeen: true,
      closing: '',
    });
    expect(Buffer.concat([reading.bytes, Buffer.from(reading.terminator!)]).equals(whole)).toBe(true);
  },
);

describe('the official SDKs take the canned answer, whole and streamed', () => {
  test('chat', async () => {
    const { cannedBody, cannedStream } = dialects['openai-chat'];
    const [whole, streamed] = [
      await openaiSdk.chat(cannedBody(answer)),
      await openaiSdk.chatStream(cannedStream(answer)),
    ];
    for (const { choices, model, id, created, usage } of [whole, streamed]) {
      expect(choices).toMatchObject([
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text, refusal: null } },
      ]);
      expect({ model, id, created, usage }).toMatchObject({
        model: 'gpt-4o',
        id: 'chatcmpl-req_1',
        created: 1755137933,
        usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
      });
    }
  });

  test('completions', async () => {
    const { cannedBody, cannedStream } = dialects['openai-completions'];
    expect((await openaiSdk.completion(cannedBody(answer))).choices).toMatchObject([
      { text, finish_reason: 'stop' },
    ]);
    const choices = (await openaiSdk.completionStream(cannedStream(answer))).map(
      (chunk) => chunk.choices[0]!,
    );
    expect([choices.map((choice) => choice.text).join(''), choices.at(-1)!.finish_reason]).toEqual([
      text,
      'stop',
    ]);
  });

  test('responses', async () => {
    const { cannedBody, cannedStream } = dialects['openai-responses'];
    const [whole, streamed] = [
      await openaiSdk.response(cannedBody(answer)),
      await openaiSdk.responseStream(cannedStream(answer)),
    ];
    for (const response of [whole, streamed])
      expect([response.output_text, response.status, response.model]).toEqual([text, 'completed', 'gpt-4o']);
  });

  test('messages', async () => {
    const { cannedBody, cannedStream } = dialects['anthropic-messages'];
    const [whole, streamed] = [
      await anthropicSdk.message(cannedBody(answer)),
      await anthropicSdk.messageStream(cannedStream(answer)),
    ];
    for (const message of [whole, streamed]) {
      expect(message).toMatchObject({
        content: [{ type: 'text', text }],
        stop_reason: 'end_turn',
        model: 'gpt-4o',
        id: 'msg_req_1',
      });
    }
  });
});

test('what does not talk has no canned answer', () => {
  const silent = Object.values(dialects).filter((dialect) => !dialect.conversational);
  expect(silent.map(({ name }) => name)).toEqual([
    'openai-embeddings',
    'openai-images',
    'openai-moderations',
    'anthropic-count-tokens',
  ]);
  for (const dialect of silent)
    expect(() => dialect.cannedBody(answer)).toThrow('Only conversational dialects');
});

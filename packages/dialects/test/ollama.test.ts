import { describe, expect, test } from '@jest/globals';
import { dialects } from '../src/dialects.ts';
import { readChunks } from './support/read-chunks.ts';

describe('Ollama', () => {
  const line = (message: object, more: object = {}) =>
    `${JSON.stringify({ model: 'llama3', created_at: '2024-05-24T20:26:46.294874Z', message: { role: 'assistant', ...message }, done: false, ...more })}\n`;
  const last = line(
    { content: '' },
    { done: true, done_reason: 'stop', prompt_eval_count: 17, eval_count: 5 },
  );
  const { streamToAnswer, answerToStream, readAnswer } = dialects['openai-chat'];

  test('its NDJSON becomes a chat completion', () => {
    const answer = streamToAnswer(
      Buffer.from(line({ content: 'Why' }) + line({ content: ' not', thinking: 'hm' }) + last),
    )!;
    expect(readAnswer(answer, 'application/json')).toMatchObject({
      kind: 'ok',
      finish: 'stop',
      model: 'llama3',
      usage: { inputTokens: 17, outputTokens: 5 },
    });
    expect(JSON.parse(answer.toString())).toMatchObject({
      created: 1716582406,
      choices: [{ message: { content: 'Why not', reasoning: 'hm' } }],
    });
  });

  test('tool calls of several lines keep apart, and end as tool calls', () => {
    const called = (name: string) =>
      line({ content: '', tool_calls: [{ function: { name, arguments: { city: 'Oslo' } } }] });
    const answer = JSON.parse(streamToAnswer(Buffer.from(called('f') + called('g') + last))!.toString());
    expect(answer.choices[0].finish_reason).toBe('tool_calls');
    expect(answer.choices[0].message.tool_calls).toEqual([
      { id: 'call_0', type: 'function', function: { name: 'f', arguments: '{"city":"Oslo"}' } },
      { id: 'call_1', type: 'function', function: { name: 'g', arguments: '{"city":"Oslo"}' } },
    ]);
  });

  test('a completion is understood as one', () => {
    const body = Buffer.from(
      '{"model":"m","response":"On","done":false}\n{"model":"m","response":"ce","done":true,"done_reason":"length"}\n',
    );
    const answer = JSON.parse(dialects['openai-completions'].streamToAnswer(body)!.toString());
    expect(answer).toMatchObject({
      object: 'text_completion',
      choices: [{ index: 0, text: 'Once', finish_reason: 'length' }],
    });
  });

  test('its whole answer can be told as a stream', () => {
    const whole = Buffer.from(line({ content: 'Why not' }, { done: true, done_reason: 'stop' }));
    expect(readChunks('openai-chat', [answerToStream(whole)])).toMatchObject({
      fault: null,
      content: true,
      finish: 'stop',
      model: 'llama3',
    });
  });

  test('cut short or failed it is none', () => {
    expect(streamToAnswer(Buffer.from(line({ content: 'Why' })))).toBeNull();
    expect(streamToAnswer(Buffer.from(`${line({ content: 'Why' })}{"error":"out of memory"}\n`))).toBeNull();
  });
});

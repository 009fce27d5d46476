import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../../src/dialect.ts';
import { dialects } from '../../src/dialects.ts';
import { continueStream } from '../../src/resume/continue-stream.ts';
import { openTranscript } from '../../src/resume/transcript.ts';
import { anthropicSdk, openaiSdk } from '../support/sdk-clients.ts';
import { chatChunk, done, messageEvent } from '../support/stream-samples.ts';

const COMMENT = ': resumed\n\n';

/** What the client gets of a stream that broke off after `before`, gone on with by `after`, each event in a chunk of its own. */
function resumed(dialect: DialectName, before: readonly string[], after: readonly string[]) {
  const transcript = openTranscript(dialect)!;
  for (const event of before) transcript.note(Buffer.from(event));
  const continuation = continueStream({
    dialect,
    spoken: transcript.spoken()!,
    style: 'prefill',
    announce: () => COMMENT,
  });
  const reader = dialects[dialect].openStream();
  const steps = [...after.map((event) => reader.push(Buffer.from(event))), reader.end()];
  const told = steps.map(({ bytes }) => (bytes ? continuation.rewrite(bytes) : Buffer.alloc(0)));
  const terminator = steps.find((step) => step.terminator)?.terminator ?? Buffer.alloc(0);
  const rest = Buffer.concat([...told, continuation.end(Buffer.concat([reader.closing(), terminator]))]);
  return { rest: rest.toString(), whole: Buffer.concat([Buffer.from(before.join('')), rest]), continuation };
}

describe('a chat stream', () => {
  const before = [
    chatChunk({ role: 'assistant', content: '', refusal: null }),
    chatChunk({ content: 'It is a truth ' }),
  ];
  const other = (delta: object, finish: string | null = null, more: object = {}) =>
    chatChunk(delta, finish, more).replace('chatcmpl-A1', 'gen-2').replace('gpt-x-2025', 'other');
  const after = [
    ': PROCESSING\n\n',
    other({ role: 'assistant', content: '', refusal: null }),
    other({ role: 'assistant', content: ' univer' }),
    other({ content: 'sally acknowledged' }),
    other({}, 'stop'),
    other({}, null, { choices: [], usage: { prompt_tokens: 14, completion_tokens: 6, total_tokens: 20 } }),
    done,
  ];

  test('is one answer to the official client: one id, model and role, one finish, the whole text', async () => {
    const { whole, rest } = resumed('openai-chat', before, after);
    const answer = await openaiSdk.chatStream(whole);
    expect(answer).toMatchObject({
      id: 'chatcmpl-A1',
      model: 'gpt-x-2025',
      choices: [{ message: { content: 'It is a truth universally acknowledged' }, finish_reason: 'stop' }],
    });
    expect(rest).not.toMatch(/role|gen-2|other/);
    expect(rest.match(/: resumed/g)).toHaveLength(1);
    expect(rest.endsWith(done)).toBe(true);
    expect(rest.match(/\[DONE\]/g)).toHaveLength(1);
  });

  test('counts what was said before as output, not as input', () => {
    const { rest, continuation } = resumed('openai-chat', before, after);
    expect(rest).toContain('"prompt_tokens":10,"completion_tokens":10,"total_tokens":20');
    expect(continuation.whole({ inputTokens: 14, outputTokens: 6 })).toEqual({
      inputTokens: 10,
      outputTokens: 10,
    });
    expect(continuation.whole(null)).toBeNull();
  });

  test('leaves out the thoughts of another model', () => {
    const { rest } = resumed('openai-chat', before, [other({ reasoning_content: 'Hm' }), ...after]);
    expect(rest).not.toContain('Hm');
  });

  test('is whole when there was nothing left to say', async () => {
    const { whole, rest } = resumed('openai-chat', before, [
      other({ role: 'assistant', content: '' }),
      other({}, 'stop'),
    ]);
    expect((await openaiSdk.chatStream(whole)).choices[0]!.message.content).toBe('It is a truth ');
    expect(rest.endsWith(done)).toBe(true);
  });

  test('says what was held back before it ends', () => {
    const { rest } = resumed('openai-chat', before, [other({ content: 'It is' }), other({}, 'length'), done]);
    expect(rest).toContain('"content":"It is"');
    expect(rest).toContain('"finish_reason":"length"');
  });
});

describe('a Messages stream', () => {
  const message = (id: string, model: string, input_tokens: number) =>
    messageEvent({
      type: 'message_start',
      message: {
        id,
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens, output_tokens: 1 },
      },
    });
  const start = (index: number, content_block: object = { type: 'text', text: '' }) =>
    messageEvent({ type: 'content_block_start', index, content_block });
  const delta = (index: number, fields: object) =>
    messageEvent({ type: 'content_block_delta', index, delta: fields });
  const text = (index: number, said: string) => delta(index, { type: 'text_delta', text: said });
  const blockStop = (index: number) => messageEvent({ type: 'content_block_stop', index });
  const finish = messageEvent({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 6 },
  });
  const stop = messageEvent({ type: 'message_stop' });
  const before = [message('msg_1', 'claude-a', 9), start(0), text(0, 'It is a truth ')];
  const ping = 'event: ping\ndata: {"type": "ping"}\n\n';

  test('is one message to the official client: one start, one block, one stop', async () => {
    const after = [
      message('msg_2', 'claude-b', 13),
      start(0),
      ping,
      text(0, ' univer'),
      text(0, 'sal'),
      blockStop(0),
    ];
    const { whole, rest } = resumed('anthropic-messages', before, [...after, finish, stop]);
    expect(await anthropicSdk.messageStream(whole)).toMatchObject({
      id: 'msg_1',
      model: 'claude-a',
      content: [{ type: 'text', text: 'It is a truth universal' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 9, output_tokens: 10 },
    });
    expect(rest).not.toMatch(/message_start|content_block_start|msg_2/);
    expect(rest.startsWith(COMMENT)).toBe(true);
    expect(rest).toContain('event: ping');
    expect(rest.match(/event: message_stop/g)).toHaveLength(1);
  });

  test('leaves out another model’s thinking, whatever index its text then has', async () => {
    const { whole, rest } = resumed('anthropic-messages', before, [
      message('msg_2', 'claude-b', 13),
      start(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'Hm' }),
      delta(0, { type: 'signature_delta', signature: 'abc' }),
      blockStop(0),
      start(1),
      text(1, 'universal'),
      blockStop(1),
      finish,
      stop,
    ]);
    expect(rest).not.toMatch(/Hm|abc|"index":1/);
    expect((await anthropicSdk.messageStream(whole)).content).toMatchObject([
      { text: 'It is a truth universal' },
    ]);
  });

  test('closes its block and ends when there was nothing left to say', async () => {
    const { whole } = resumed('anthropic-messages', before, [message('msg_2', 'claude-b', 13), finish, stop]);
    expect((await anthropicSdk.messageStream(whole)).content).toMatchObject([{ text: 'It is a truth ' }]);
  });

  test('goes on in the next block when its block was closed', async () => {
    const { whole, rest } = resumed(
      'anthropic-messages',
      [...before, blockStop(0)],
      [message('msg_2', 'claude-b', 13), start(0), text(0, 'universal'), blockStop(0), finish, stop],
    );
    expect(rest).toContain('"type":"content_block_start","index":1');
    expect((await anthropicSdk.messageStream(whole)).content).toMatchObject([
      { text: 'It is a truth ' },
      { text: 'universal' },
    ]);
  });

  test('can be gone on with twice', async () => {
    const first = resumed('anthropic-messages', before, [
      message('msg_2', 'b', 13),
      start(0),
      text(0, 'universally'),
    ]);
    const broken = first.rest
      .replace(/event: content_block_stop[\s\S]*$/, '')
      .replace(/event: message_stop[\s\S]*$/, '');
    const { whole } = resumed(
      'anthropic-messages',
      [...before, broken],
      [message('msg_3', 'c', 20), start(0), text(0, ' acknowledged'), blockStop(0), finish, stop],
    );
    expect(await anthropicSdk.messageStream(whole)).toMatchObject({
      id: 'msg_1',
      content: [{ text: 'It is a truth universally acknowledged' }],
      usage: { input_tokens: 9 },
    });
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chunked } from '../../support/chunks.ts';
import { readChunks } from '../../support/read-chunks.ts';
import { spokenAnswer } from './arbitrary-answer.ts';
import { spokenChat, spokenMessages } from './spoken-streams.ts';
import { told } from './translated.ts';

const endpoints = ['openai-chat', 'anthropic-messages'] as const;
const clients = ['openai-chat', 'openai-completions', 'openai-responses', 'anthropic-messages'] as const;
const pairs = endpoints.flatMap((to) => clients.filter((from) => from !== to).map((from) => ({ from, to })));
const SPOKEN = { 'openai-chat': spokenChat, 'anthropic-messages': spokenMessages };

const fields = [
  ...['type', 'index', 'delta', 'choices', 'content', 'tool_calls', 'function', 'arguments', 'id', 'name'],
  ...['finish_reason', 'usage', 'content_block', 'message', 'text', 'thinking', 'signature', 'partial_json'],
  ...[
    'stop_reason',
    'reasoning_details',
    'format',
    'data',
    'input',
    'function_call',
    'prompt_tokens',
    'x_groq',
  ],
];
const words = [
  ...['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta'],
  ...[
    'message_stop',
    'text',
    'thinking',
    'redacted_thinking',
    'tool_use',
    'stop',
    'tool_calls',
    'end_turn',
    '',
    'x',
  ],
];
/** Events made of the words of the dialects, in any sense or none. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...words, null, 0, 1, -1, true),
    fc.dictionary(fc.constantFrom(...fields), tie('value'), { noNullPrototype: true, maxKeys: 5 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}));
const nonsense = fc
  .dictionary(fc.constantFrom(...fields), value, { noNullPrototype: true, maxKeys: 6 })
  .map((event) => `data: ${JSON.stringify(event)}\n\n`);

describe.each(pairs)('a stream of $to told in $from', ({ from, to }) => {
  /** What the endpoint's own reader says of it goes, and only a whole answer looks like one. */
  function holds(chunks: readonly Buffer[]): void {
    const { error, fault, finish, usage, contentSeen } = readChunks(to, chunks);
    const { body, reader, ...said } = told(from, to, chunks);
    expect({
      ...said,
      finish: reader.finish,
      usage: reader.usage,
      contentSeen: reader.contentSeen,
    }).toMatchObject({
      error,
      fault,
      finish,
      usage,
      contentSeen,
    });
    const heard = readChunks(from, [body]);
    if (error !== null || fault !== null) expect([heard.terminator, heard.finishSeen]).toEqual([null, false]);
    else expect(heard.finishSeen).toBe(true);
  }

  test('never throws, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 }), (chunks) => {
        holds(chunks.map((chunk) => Buffer.from(chunk)));
      }),
    );
  });

  test('never throws, whatever events come, and never ends what is broken', () => {
    fc.assert(
      fc.property(spokenAnswer, fc.array(nonsense, { maxLength: 6 }), fc.nat(), (answer, strange, at) => {
        const events = SPOKEN[to](answer);
        const cut = at % (events.length + 1);
        holds([...events.slice(0, cut), ...strange, ...events.slice(cut)].map((event) => Buffer.from(event)));
      }),
    );
  });
});

const folder = new URL('../../../../../e2e/payloads/', import.meta.url);
const recorded = readdirSync(folder)
  .filter((name) => name.includes('stream'))
  .map((name) => {
    const bytes = readFileSync(new URL(name, folder));
    return { name, body: bytes.subarray(/\r?\n\r?\n/.exec(bytes.toString('latin1'))!.index + 4) };
  });

describe.each(recorded)('$name', ({ name, body }) => {
  const to = name.startsWith('anthropic') ? 'anthropic-messages' : 'openai-chat';
  test.each(clients.filter((from) => from !== to))(
    'is for a client of %s what it is for one of its own',
    (from) => {
      const own = readChunks(to, [body]);
      const whole = told(from, to, [body]);
      const heard = readChunks(from, [whole.body]);
      const succeeds = own.error === null && own.fault === null;
      expect([whole.error, whole.fault]).toEqual([own.error, own.fault]);
      expect([heard.fault === null, heard.contentSeen]).toEqual([succeeds, own.contentSeen]);
      expect(told(from, to, chunked(body, [7])).body.toString()).toBe(whole.body.toString());
    },
  );
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DialectName } from '../../../src/dialect.ts';
import { chunked } from '../../support/chunks.ts';
import { callId, type SpokenAnswer, signatureOf, spokenAnswer } from './arbitrary-answer.ts';
import { type Heard, heardIn } from './heard.ts';
import { spokenChat, spokenMessages } from './spoken-streams.ts';
import { told } from './translated.ts';

type Endpoint = 'openai-chat' | 'anthropic-messages';
type Client = Endpoint | 'openai-completions' | 'openai-responses';

const SPOKEN = { 'openai-chat': spokenChat, 'anthropic-messages': spokenMessages };
const FINISHES: Record<Client, Record<'stop' | 'tool_calls' | 'refusal' | 'length', string>> = {
  'openai-chat': { stop: 'stop', tool_calls: 'tool_calls', refusal: 'content_filter', length: 'length' },
  'openai-completions': { stop: 'stop', tool_calls: 'stop', refusal: 'content_filter', length: 'length' },
  'openai-responses': {
    stop: 'completed',
    tool_calls: 'completed',
    refusal: 'completed',
    length: 'max_output_tokens',
  },
  'anthropic-messages': {
    stop: 'end_turn',
    tool_calls: 'tool_use',
    refusal: 'refusal',
    length: 'max_tokens',
  },
};

const pairs: { to: Endpoint; from: Client }[] = [
  { to: 'openai-chat', from: 'anthropic-messages' },
  { to: 'openai-chat', from: 'openai-responses' },
  { to: 'openai-chat', from: 'openai-completions' },
  { to: 'anthropic-messages', from: 'openai-chat' },
  { to: 'anthropic-messages', from: 'openai-responses' },
  { to: 'anthropic-messages', from: 'openai-completions' },
];

/** What a client of `from` has to hear of what an endpoint of `to` said. */
function expected({ parts, cut, usage }: SpokenAnswer, from: Client, to: Endpoint): Heard {
  const said = (...kinds: string[]) =>
    parts.flatMap((part) => (kinds.includes(part.kind) ? part.pieces : [])).join('');
  const tools = from !== 'openai-completions';
  const tellsRefusals = to === 'openai-chat' && (from === 'openai-chat' || from === 'openai-responses');
  const positions = (kind: string) =>
    parts.flatMap((part, position) => (part.kind === kind ? [position] : []));
  const called = positions('tool_call').length > 0;
  const refused = to === 'openai-chat' && said('refusal') !== '';
  const signatures = positions('reasoning').map(signatureOf);
  return {
    text: tellsRefusals ? said('text') : said('text', 'refusal'),
    refusal: tellsRefusals ? said('refusal') : '',
    reasoning: tools ? said('reasoning') : '',
    signatures:
      to === 'openai-chat' || !tools
        ? []
        : from === 'openai-responses'
          ? signatures.map((signature) => `holdfast:signature:${signature}`)
          : signatures,
    calls: tools
      ? positions('tool_call').map((position) => ({
          id: callId(position),
          name: (parts[position] as { name: string }).name,
          input: JSON.parse(parts[position]!.pieces.join('')),
        }))
      : [],
    finish: FINISHES[from][cut ? 'length' : called ? 'tool_calls' : refused ? 'refusal' : 'stop'],
    usage: { input: usage.input + usage.cached, output: usage.output, cached: usage.cached },
  };
}

const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 9 });
const tell = (from: DialectName, to: DialectName, events: readonly string[], cuts: readonly number[]) =>
  told(from, to, chunked(Buffer.from(events.join('')), cuts), { includeUsage: true }).body;

describe.each(pairs)('a stream of $to told in $from', ({ to, from }) => {
  test('says the same texts, calls, finish and usage, whatever it says and however it is cut', () => {
    fc.assert(
      fc.property(spokenAnswer, sizes, (answer, cuts) => {
        const body = tell(from, to, SPOKEN[to](answer), cuts);
        expect(heardIn(from, body)).toEqual(expected(answer, from, to));
      }),
    );
  });

  test('is the same when no event looks like the one before it', () => {
    fc.assert(
      fc.property(spokenAnswer, sizes, (answer, cuts) => {
        const events = SPOKEN[to](answer);
        const disguised = events.map((event, position) =>
          event.replace('data: {', `data: {"_${position}":null,`),
        );
        expect(tell(from, to, disguised, cuts).toString()).toBe(tell(from, to, events, cuts).toString());
      }),
    );
  });
});

describe.each([
  { to: 'openai-chat', via: 'anthropic-messages' },
  { to: 'anthropic-messages', via: 'openai-chat' },
] as const)('a stream of $to told in $via and back', ({ to, via }) => {
  test('says what it said at first', () => {
    fc.assert(
      fc.property(spokenAnswer, sizes, (answer, cuts) => {
        const first = heardIn(to, Buffer.from(SPOKEN[to](answer).join('')))!;
        const there = tell(via, to, SPOKEN[to](answer), cuts);
        const back = heardIn(to, tell(to, via, [there.toString()], cuts))!;
        // Messages have no words for a refusal but a text and a finish.
        const { refusal, text, ...rest } = back;
        expect(rest).toEqual({
          ...without(first, 'refusal', 'text'),
          ...(first.refusal !== '' && first.finish === 'stop' ? { finish: 'content_filter' } : {}),
        });
        expect([...(text + refusal)].toSorted()).toEqual([...(first.text + first.refusal)].toSorted());
      }),
    );
  });
});

function without<T extends object, K extends keyof T>(object: T, ...keys: K[]): Omit<T, K> {
  const rest = { ...object };
  for (const key of keys) delete rest[key];
  return rest;
}

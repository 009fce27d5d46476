import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../../../src/dialect.ts';
import { dialects } from '../../../src/dialects.ts';
import { chunked } from '../../support/chunks.ts';
import { readChunks } from '../../support/read-chunks.ts';
import {
  chatChunk,
  done,
  messageEvent,
  type StreamSample,
  streamSamples,
} from '../../support/stream-samples.ts';
import { type Told, told } from './translated.ts';

const sources: readonly DialectName[] = ['openai-chat', 'anthropic-messages'];
const clients: readonly DialectName[] = [
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
];
const call = (index: number, fields: object) => chatChunk({ tool_calls: [{ index, ...fields }] });

const interleaved: StreamSample = {
  name: 'chat, text and two calls that come interleaved',
  dialect: 'openai-chat',
  events: [
    chatChunk({ content: 'Two at once.' }),
    call(2, { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":' } }),
    call(5, { id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{"city":"Os' } }),
    call(2, { function: { arguments: '"Rome"}' } }),
    call(5, { function: { arguments: 'lo"}' } }),
    chatChunk({}, 'tool_calls'),
    done,
  ],
  finish: 'tool_calls',
  incompleteUpTo: 5,
};

const samples = [...streamSamples.filter(({ dialect }) => sources.includes(dialect)), interleaved];
const pairs = samples.flatMap((sample) =>
  clients
    .filter((client) => client !== sample.dialect)
    .map((client) => ({ ...sample, client, title: `${sample.name} -> ${client}` })),
);
const showsContent = ({ client, name }: (typeof pairs)[number]) =>
  client !== 'openai-completions' || !/tool call/.test(name);
const offsets = (bytes: Buffer) => Array.from({ length: bytes.length + 1 }, (_, offset) => offset);

/** All that a cut could change. */
function meaning({ body, steps, reader, error, fault }: Told) {
  const { finish, finishSeen, contentSeen, model, usage } = reader;
  return {
    body: body.toString(),
    content: steps.some(({ content }) => content),
    error,
    fault,
    facts: { finish, finishSeen, contentSeen, model, usage },
  };
}

describe.each(pairs)('$title', (pair) => {
  const { dialect, client, events, incompleteUpTo } = pair;
  const whole = told(client, dialect, [events.join('')]);
  const expected = meaning(whole);

  test('is a whole answer of the client’s dialect, and what the reader says of it is what the endpoint’s reader says', () => {
    const { finish, usage, model, error, fault, finishSeen, contentSeen } = readChunks(dialect, events);
    expect(expected).toMatchObject({
      error,
      fault,
      facts: { finish, usage, model, finishSeen, contentSeen },
      content: showsContent(pair),
    });
    if (showsContent(pair)) expect(dialects[client].streamToAnswer(whole.body)).not.toBeNull();
  });

  test('cut in two at every byte the client gets the same', () => {
    const bytes = Buffer.from(events.join(''));
    const wrong = offsets(bytes).filter(
      (cut) =>
        !isDeepStrictEqual(
          meaning(told(client, dialect, [bytes.subarray(0, cut), bytes.subarray(cut)])),
          expected,
        ),
    );
    expect(wrong).toEqual([]);
  });

  test('byte by byte, and with any line ends, the client gets the same', () => {
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      // What a comment is told as keeps its line ends.
      const text = events.filter((event) => !event.startsWith(':')).join('');
      const bytes = Buffer.from(text.replaceAll('\n', lineEnd));
      expect(meaning(told(client, dialect, chunked(bytes, [1])))).toEqual(
        meaning(told(client, dialect, [text])),
      );
    }
  });

  test('no step says content before the client sees some', () => {
    const { steps } = told(client, dialect, events);
    const seen = readChunks(
      client,
      steps.flatMap(({ bytes }) => bytes ?? []),
      false,
    );
    const first = steps.findIndex(({ content }) => content);
    const before = readChunks(
      client,
      steps.slice(0, Math.max(first, 0)).flatMap(({ bytes }) => bytes ?? []),
      false,
    );
    expect([seen.contentSeen, before.contentSeen]).toEqual([showsContent(pair), false]);
  });

  test('G08 cut after any event before its finish it never looks finished', () => {
    for (let count = 0; count <= incompleteUpTo; count++) {
      const cut = told(client, dialect, events.slice(0, count));
      expect(cut.fault).not.toBeNull();
      expect(cut.reader.closing().length).toBe(0);
      expect(readChunks(client, [cut.body])).toMatchObject({
        terminator: null,
        finishSeen: false,
        closing: '',
      });
    }
  });

  test('S03 cut between its finish and its terminator it ends like the whole one', () => {
    for (let count = incompleteUpTo + 1; count < events.length; count++) {
      const cut = told(client, dialect, events.slice(0, count));
      expect([cut.error, cut.fault]).toEqual([null, null]);
      const ending = cut.steps.at(-1)!.terminator;
      expect(ending).toBeNull();
      if (count === events.length - 1) expect(cut.body.toString()).toBe(expected.body);
      expect(dialects[client].streamToAnswer(cut.body) === null).toBe(!showsContent(pair));
    }
  });

  test('S02 an error behind any event ends it without a finish or a terminator, and nothing behind it counts', () => {
    const failure =
      dialect === 'openai-chat'
        ? 'data: {"error":{"message":"Overloaded","type":"server_error"}}\n\n'
        : messageEvent({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
    for (let count = 0; count < events.length; count++) {
      const failed = told(client, dialect, [...events.slice(0, count), failure, ...events.slice(count)]);
      expect(failed.error?.message).toBe('Overloaded');
      expect(readChunks(client, [failed.body])).toMatchObject({
        terminator: null,
        finishSeen: false,
        closing: '',
      });
    }
  });

  test('S09 up to three broken events change nothing, the fourth is too many', () => {
    const broken = 'data: {"id":"x","choices":[{"ind\n\n';
    const withBroken = (count: number) => [
      ...events.slice(0, incompleteUpTo),
      ...Array(count).fill(broken),
      ...events.slice(incompleteUpTo),
    ];
    expect(meaning(told(client, dialect, withBroken(3)))).toEqual(expected);
    const tooMany = told(client, dialect, withBroken(4));
    expect([tooMany.fault, tooMany.reader.closing().length]).toEqual(['malformed_events', 0]);
  });
});

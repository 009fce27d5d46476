import { describe, expect, test } from '@jest/globals';
import { readChunks } from './support/read-chunks.ts';
import { messageEvent, messagesText } from './support/stream-samples.ts';

const read = (...chunks: string[]) => readChunks('anthropic-messages', chunks);
const start = messagesText.events[0]!;
const block = (content_block: object) =>
  messageEvent({ type: 'content_block_start', index: 0, content_block });
const delta = (fields: object) => messageEvent({ type: 'content_block_delta', index: 0, delta: fields });
const text = delta({ type: 'text_delta', text: 'Hi' });
const finish = (stop_reason: string) =>
  messageEvent({
    type: 'message_delta',
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens: 9 },
  });
const stop = messageEvent({ type: 'message_stop' });

test.each<[string, string]>([
  ['text', text],
  ['thinking', delta({ type: 'thinking_delta', thinking: 'a' })],
  ['the signature of a thinking', delta({ type: 'signature_delta', signature: 'a' })],
  ["a tool's input", delta({ type: 'input_json_delta', partial_json: '{' })],
  ['a citation', delta({ type: 'citations_delta', citation: { type: 'char_location' } })],
  ['the start of a tool call', block({ type: 'tool_use', id: 't', name: 'f', input: {} })],
  ['redacted thinking', block({ type: 'redacted_thinking', data: 'x' })],
  ['a result of a server tool', block({ type: 'web_search_tool_result', content: [] })],
])('content is %s', (_, event) => {
  expect(readChunks('anthropic-messages', [event], false).content).toBe(true);
});

test.each<[string, string]>([
  ['the start of the message', start],
  ['the start of an empty text', block({ type: 'text', text: '' })],
  ['the start of an empty thinking', block({ type: 'thinking', thinking: '', signature: '' })],
  ['an empty piece of input', delta({ type: 'input_json_delta', partial_json: '' })],
  ['white space', delta({ type: 'text_delta', text: '\n\n' })],
  ['a ping, which stays an event', 'event: ping\ndata: {"type": "ping"}\n\n'],
  ['an event of a kind nobody knows', messageEvent({ type: 'new_thing', value: 1 })],
])('content is not %s', (_, event) => {
  const reading = readChunks('anthropic-messages', [event], false);
  expect([reading.content, reading.bytes.toString()]).toEqual([false, event]);
});

describe('errors', () => {
  test.each([
    ['before content', [start]],
    ['after content', [start, text]],
    ['after the stop reason', [start, text, finish('end_turn')]],
  ])('S01, S02 %s', (_, before) => {
    const error = messageEvent({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
    const reading = read(...before, error, stop);
    expect(reading.error).toMatchObject({ type: 'overloaded_error', message: 'Overloaded' });
    expect([reading.bytes.toString(), reading.terminator, reading.closing]).toEqual([
      before.join(''),
      null,
      '',
    ]);
  });

  test('in the shape of another API', () => {
    expect(read(start, 'data: {"error":{"message":"no","code":429}}\n\n').error).toMatchObject({
      status: 429,
    });
  });
});

describe('ends', () => {
  test('S03 a stop reason and no message_stop: an answer, which gets one', () => {
    expect(read(start, text, finish('end_turn'))).toMatchObject({ fault: null, closing: stop });
  });

  test('S04 message_stop and no stop reason: an answer, which gets one before it', () => {
    const reading = read(start, text, stop);
    expect(reading).toMatchObject({ fault: null, terminator: stop });
    expect(reading.closing).toBe(
      messageEvent({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 1 },
      }),
    );
    expect(read(block({ type: 'tool_use', id: 't', name: 'f' }), stop).closing).toContain(
      '"stop_reason":"tool_use"',
    );
  });

  test.each([
    ['end_turn', 'empty_content'],
    ['max_tokens', null],
    ['stop_sequence', null],
    ['refusal', null],
    ['pause_turn', null],
  ])('%s and no content', (stopReason, fault) => {
    for (const reading of [read(start, finish(stopReason), stop), read(start, finish(stopReason))])
      expect(reading.fault).toBe(fault);
  });

  test('[DONE] behind the end is ignored, and is no end by itself', () => {
    const done = 'data: [DONE]\n\n';
    expect(read(start, text, finish('end_turn'), stop, done).bytes.toString()).toBe(
      start + text + finish('end_turn'),
    );
    expect(read(start, text, done)).toMatchObject({ fault: 'truncated', closing: '' });
    expect(read(start, text, finish('end_turn'), done)).toMatchObject({ fault: null, closing: stop });
  });

  test('S13 a second message_start and blocks out of order are tolerated', () => {
    const events = [
      start,
      start,
      messageEvent({ type: 'content_block_delta', index: 5, delta: { type: 'text_delta', text: 'a' } }),
      finish('end_turn'),
    ];
    expect(read(...events, stop)).toMatchObject({ fault: null, usage: { inputTokens: 27, outputTokens: 9 } });
  });

  test('events are known by their data when they have no name', () => {
    expect(
      read(...[start, text, finish('end_turn'), stop].map((event) => event.replace(/^event.*\n/, ''))),
    ).toMatchObject({ fault: null, finish: 'end_turn' });
  });
});

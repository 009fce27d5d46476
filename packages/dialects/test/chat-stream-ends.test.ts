import { describe, expect, test } from '@jest/globals';
import { readChunks } from './support/read-chunks.ts';
import { chatChunk, done } from './support/stream-samples.ts';

const read = (...chunks: string[]) => readChunks('openai-chat', chunks);
const text = chatChunk({ content: 'Hi' });
const stop = chatChunk({}, 'stop');
const event = (document: object) => `data: ${JSON.stringify(document)}\n\n`;

describe('ends', () => {
  test('S03 a finish and no [DONE]: an answer, which gets its [DONE]', () => {
    expect(read(text, stop)).toMatchObject({ fault: null, terminator: null, closing: done });
  });

  test('S04 [DONE] and no finish: an answer, which gets its finish before the [DONE]', () => {
    const reading = read(text, done);
    expect(reading).toMatchObject({ fault: null, terminator: done, finishSeen: false });
    expect(JSON.parse(reading.closing.slice('data: '.length))).toEqual({
      id: 'chatcmpl-A1',
      object: 'chat.completion.chunk',
      created: 1755137933,
      model: 'gpt-x-2025',
      choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }],
    });
  });

  test('S04 after a tool call the finish is tool_calls', () => {
    const reading = read(
      chatChunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] }),
      done,
    );
    expect(reading.closing).toContain('"finish_reason":"tool_calls"');
  });

  test('with several choices, each needs its finish', () => {
    const choice = (index: number, fields: object) =>
      event({ id: 'x', choices: [{ index, delta: {}, finish_reason: null, ...fields }] });
    const both = [
      choice(0, { delta: { content: 'a' } }),
      choice(1, { delta: { content: 'b' } }),
      choice(0, { finish_reason: 'stop' }),
    ];
    expect(read(...both)).toMatchObject({ fault: 'truncated', finishSeen: false, closing: '' });
    const closed = read(...both, done);
    expect(closed.fault).toBeNull();
    expect(JSON.parse(closed.closing.slice(6)).choices).toEqual([
      { index: 1, delta: {}, logprobs: null, finish_reason: 'stop' },
    ]);
    expect(read(...both, choice(1, { finish_reason: 'length' }))).toMatchObject({
      fault: null,
      finishSeen: true,
      closing: done,
    });
  });

  test('content and neither finish nor [DONE]: cut short', () => {
    expect(read(text)).toMatchObject({ fault: 'truncated', closing: '' });
  });

  test.each([
    ['P23 length', 'length', null],
    ['P27 content_filter', 'content_filter', null],
    ['P24 stop', 'stop', 'empty_content'],
    ['tool_calls without any', 'tool_calls', 'empty_content'],
  ])('%s and no content', (_, finish, fault) => {
    const start = chatChunk({ role: 'assistant', content: '' });
    for (const reading of [read(start, chatChunk({}, finish), done), read(start, chatChunk({}, finish))]) {
      expect([reading.fault, reading.content, reading.finish]).toEqual([fault, false, finish]);
    }
  });

  test('P26 reasoning alone and a stop: it was forwarded, so it counts', () => {
    expect(read(chatChunk({ reasoning: 'hm' }), stop, done).fault).toBeNull();
  });

  test('S14 length in the middle of a tool call is passed on as length', () => {
    const reading = read(
      chatChunk({ tool_calls: [{ index: 0, function: { arguments: '{"ci' } }] }),
      chatChunk({}, 'length'),
      done,
    );
    expect(reading).toMatchObject({ fault: null, finish: 'length', closing: '' });
  });

  test.each([
    ['nothing at all', '', 'empty_body'],
    ['comments alone', ': a\n\n: b\n\n', 'empty_body'],
    ['white space', ' \n\n  ', 'empty_body'],
    ['[DONE] alone', done, 'empty_content'],
    ['a role and [DONE]', chatChunk({ role: 'assistant' }) + done, 'empty_content'],
    ['a role and the end', chatChunk({ role: 'assistant' }), 'truncated'],
    ['P20 a web page', '<!DOCTYPE html>\n<html>\n\n<p>Just a moment...</p></html>', 'html'],
    ['plain text', 'upstream connect error\n', 'not_json'],
    ['half a JSON document', '{"choices":[', 'truncated'],
    ['N12 half an event', 'data: {"choices":[', 'truncated'],
  ])('%s: %s', (_, body, fault) => {
    const reading = read(...(body === '' ? [] : [body]));
    expect([reading.fault, reading.error, reading.closing]).toEqual([fault, null, '']);
  });

  test.each([
    ['a JSON error', '{"error": {"message": "Rate limited", "code": 429}}'],
    ['one that is pretty-printed', '{\n\n  "error": {\n    "message": "Rate limited", "code": 429\n  }\n}\n'],
    ["Google's, in a list", '[{"error": {"message": "Rate limited", "code": 429}}]'],
  ])('S11 %s announced as a stream is that error', (_, body) => {
    for (const chunks of [[body], body.split(/(?=\n)/)]) {
      const reading = read(...chunks);
      expect(reading.error).toMatchObject({ message: 'Rate limited', status: 429 });
      expect([reading.fault, reading.bytes.length]).toEqual([null, 0]);
    }
  });

  test('[DONE] is understood without its space and with white space behind, and passed on as the SDK knows it', () => {
    for (const spelled of ['data:[DONE]\n\n', 'data: [DONE] \n\n'])
      expect(read(text, stop, spelled).terminator).toBe(done);
  });

  test('S08 an event over the cap', () => {
    const reading = read('data: {"choices":[{"delta":{"content":"', 'x'.repeat(9 * 1024 * 1024));
    expect([reading.fault, reading.bytes.length]).toEqual(['line_too_long', 0]);
  });

  test('S08 an event of 2 MiB is passed on', () => {
    const chunk = chatChunk({ content: 'x'.repeat(2 * 1024 * 1024) });
    expect(read(chunk, stop, done).bytes.length).toBe(Buffer.byteLength(chunk + stop));
  });
});

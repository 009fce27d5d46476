import { describe, expect, test } from '@jest/globals';
import { readChunks } from './support/read-chunks.ts';
import { chatChunk, done } from './support/stream-samples.ts';

const read = (...chunks: string[]) => readChunks('openai-chat', chunks);
const text = chatChunk({ content: 'Hi' });
const stop = chatChunk({}, 'stop');
const event = (document: object) => `data: ${JSON.stringify(document)}\n\n`;

describe('content is', () => {
  test.each<[string, object]>([
    ['text', { content: 'a' }],
    ['text in parts', { content: [{ type: 'text', text: 'a' }] }],
    [
      'a tool call',
      { content: null, tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] },
    ],
    ['a function call', { function_call: { name: 'f', arguments: '' } }],
    ['reasoning', { content: '', reasoning: 'a' }],
    ['reasoning content', { reasoning_content: 'a' }],
    ['reasoning details', { reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] }],
    ['a refusal', { refusal: 'no' }],
    ['audio', { audio: { id: 'a' } }],
    ['an image', { images: [{ type: 'image_url' }] }],
  ])('%s', (_, delta) => {
    expect(readChunks('openai-chat', [chatChunk(delta)], false)).toMatchObject({
      content: true,
      contentSeen: true,
    });
  });

  test('a whole message in place of a delta', () => {
    expect(
      read(
        event({
          choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
        }),
      ).fault,
    ).toBeNull();
  });
});

describe('content is not', () => {
  test.each([
    ['a role alone', chatChunk({ role: 'assistant' })],
    ['an empty text', chatChunk({ role: 'assistant', content: '', refusal: null })],
    ['white space', chatChunk({ content: '\n\n' })],
    ['S10 choices: [] with prompt filter results', event({ choices: [], prompt_filter_results: [{}] })],
    ['S10 choices: [] with usage', event({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 0 } })],
    ['choices: null', event({ choices: null })],
    ['S05 a comment', ': OPENROUTER PROCESSING\n\n'],
    ['empty tool calls', chatChunk({ tool_calls: [] })],
    ['a chunk nobody knows', event({ object: 'something.new' })],
  ])('%s, and it is forwarded', (_, chunk) => {
    const reading = readChunks('openai-chat', [chunk], false);
    expect([reading.content, reading.contentSeen, reading.error, reading.fault]).toEqual([
      false,
      false,
      null,
      null,
    ]);
    expect(reading.bytes.toString()).toBe(chunk);
  });

  test.each([
    ['a ping, which the OpenAI SDK would take for a chunk', 'event: ping\ndata: {}\n\n'],
    ['an event with a name and no data, which it could not parse', 'event: hello\n\n'],
    ['empty data, which it could not parse', 'data:\n\n'],
  ])('%s, and it is left out', (_, chunk) => {
    const reading = readChunks('openai-chat', [text, chunk, stop, done]);
    expect(reading.fault).toBeNull();
    expect(reading.bytes.toString()).toBe(text + stop);
  });
});

describe('errors, wherever they hide (S01, S02, P31)', () => {
  test.each<[string, string, object]>([
    [
      'at the top',
      event({ error: { message: 'Overloaded', type: 'server_error', code: 'overloaded' } }),
      { message: 'Overloaded', code: 'overloaded' },
    ],
    [
      'at the top of a chunk',
      chatChunk({ content: '' }, null, { error: { code: 502, message: 'Bad gateway' } }),
      { status: 502 },
    ],
    ['a text', event({ error: 'model is loading' }), { message: 'model is loading' }],
    [
      'in a choice',
      event({ choices: [{ index: 0, error: { message: 'inner', code: 503 }, delta: {} }] }),
      { status: 503, message: 'inner' },
    ],
    ['event: error', 'event: error\ndata: {"message":"gone"}\n\n', { message: 'gone' }],
    [
      'flat',
      event({ message: 'Too many', type: 'too_many_requests', code: 'queue_exceeded' }),
      { message: 'Too many', code: 'queue_exceeded' },
    ],
    ['object: error', event({ object: 'error', message: 'CUDA', code: 500 }), { status: 500 }],
    ['problem details', event({ status: 429, title: 'Too Many Requests' }), { status: 429 }],
    ['FastAPI', event({ detail: 'Not Found' }), { message: 'Not Found' }],
  ])('%s', (_, chunk, expected) => {
    for (const before of [[], [text], [chatChunk({ role: 'assistant', content: '' })]]) {
      const reading = read(...before, chunk, text, stop, done);
      expect(reading.error).toMatchObject(expected);
      expect([reading.bytes.toString(), reading.terminator, reading.closing, reading.fault]).toEqual([
        before.join(''),
        null,
        '',
        null,
      ]);
    }
  });

  test('an error before [DONE] wins, also after a finish', () => {
    const chunk = chatChunk({ role: 'assistant', content: '' }, null, {
      error: { code: 400, message: 'Token limit reached' },
    });
    const reading = read(text + chatChunk({}, 'length') + chunk + done);
    expect(reading.error).toMatchObject({ status: 400, message: 'Token limit reached' });
    expect([reading.terminator, reading.closing]).toEqual([null, '']);
  });

  test.each([
    ['P28 finish_reason error', chatChunk({ content: '' }, 'error')],
    ['finish_reason network_error', chatChunk({}, 'network_error')],
    [
      'P24 a stop that natively was a network_error',
      event({
        choices: [{ index: 0, delta: {}, finish_reason: 'stop', native_finish_reason: 'network_error' }],
      }),
    ],
  ])('%s', (_, chunk) => {
    const reading = read(text, chunk, done);
    expect([reading.fault, reading.error, reading.terminator, reading.closing]).toEqual([
      'finish_error',
      null,
      null,
      '',
    ]);
    expect(reading.bytes.toString()).toBe(text);
  });

  test('error: null is no error', () => {
    expect(read(chatChunk({ content: 'a' }, null, { error: null }), stop, done).error).toBeNull();
  });
});

describe('facts', () => {
  test('usage comes from the chunk that has it, also from a provider that keeps it elsewhere', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4 };
    expect(read(text, stop, event({ choices: [], usage }), done).usage).toEqual({
      inputTokens: 3,
      outputTokens: 4,
    });
    expect(read(text, chatChunk({}, 'stop', { x_groq: { usage } }), done).usage).toEqual({
      inputTokens: 3,
      outputTokens: 4,
    });
    expect(read(chatChunk({ content: 'a' }, null, { usage: null }), stop, done).usage).toBeNull();
  });

  test('the model is the one that the stream names', () => {
    expect(read(text, stop, done).model).toBe('gpt-x-2025');
  });
});

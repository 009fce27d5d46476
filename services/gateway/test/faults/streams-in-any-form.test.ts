import { describe, expect, test } from '@jest/globals';
import { codesOf, endedWell, lastLine, saidIn } from './pair.ts';
import { chunk, expectFailedOver, role, STREAMS, stop, withPair, word } from './stream-cases.ts';

describe('a stream in any spelling', () => {
  const text = 'Grüße – 你好 👋🏽 مرحبا';
  const chat = { path: 'chat stream' } as const;

  for (const way of STREAMS) {
    test(`S06 ${way}: a byte at a time, characters arrive whole`, () =>
      withPair(way, { text, splitAt: { every: 1 } }, (got) => {
        expect(saidIn(got)).toBe(text);
        expect(got.text).not.toContain('\uFFFD');
        expect(endedWell(got, way)).toBe(true);
      }));

    for (const lineEnd of ['crlf', 'cr'] as const) {
      test(`S07 ${way}: lines that end in ${lineEnd}, a byte order mark`, () =>
        withPair(way, { text, lineEnd, bom: true, splitAt: { every: 7 } }, (got) => {
          expect(saidIn({ text: got.text.replace('\uFEFF', '') })).toBe(text);
          expect(got.broken).toBe(false);
        }));
    }
  }

  test('S07 several data lines, no space, ids and retry fields, a separator of lines inside JSON', () =>
    withPair(
      chat.path,
      {
        events: [
          `id: 7\nretry: 100\ndata:${JSON.stringify(role)}\n\n`,
          'data: {"id":"c1","choices":[{"index":0,\ndata: "delta":{"content":"two lines"},"finish_reason":null}]}\n\n',
          `data:${JSON.stringify(word('a\u2028b'))}\n\n`,
          `data:${JSON.stringify(stop)}\n\n`,
          'data:[DONE]\n\n',
        ],
      },
      async (got, { simulator, gateway }) => {
        expect(got.text).toContain('two lines');
        expect(got.text).toContain('a\u2028b');
        expect(got.text.trimEnd()).toMatch(/data: ?\[DONE\]$/);
        expect(got.broken).toBe(false);
        expect(simulator.requests('secondary')).toHaveLength(0);
        expect(codesOf(gateway)).toEqual(['ok']);
      },
    ));

  test('S10 chunks without choices pass', () =>
    withPair(
      chat.path,
      {
        events: [
          { id: 'c1', choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
          role,
          word('Hello'),
          stop,
          { id: 'c1', choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } },
          'data: [DONE]',
        ],
      },
      (got, { gateway }) => {
        expect(got.text).toContain('prompt_filter_results');
        expect(got.text).toContain('"total_tokens":7');
        expect(lastLine(gateway).usage).toEqual({ inputTokens: 3, outputTokens: 4 });
      },
    ));

  test('S13 a second message_start and gaps between tools are tolerated', async () => {
    const start = {
      type: 'message_start',
      message: {
        id: 'm',
        type: 'message',
        role: 'assistant',
        content: [],
        model: 'x',
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    };
    const event = (data: { type: string }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
    await withPair(
      'messages stream',
      {
        events: [
          event(start),
          event(start),
          event({
            type: 'content_block_start',
            index: 0,
            content_block: { type: 'text', text: '' },
          } as never),
          event({
            type: 'content_block_delta',
            index: 0,
            delta: { type: 'text_delta', text: 'Hello' },
          } as never),
          event({ type: 'content_block_stop', index: 0 } as never),
          event({
            type: 'message_delta',
            delta: { stop_reason: 'end_turn' },
            usage: { output_tokens: 2 },
          } as never),
          event({ type: 'message_stop' }),
        ],
      },
      (got) => {
        expect(saidIn(got)).toBe('Hello');
        expect(endedWell(got, 'messages stream')).toBe(true);
      },
    );
    const tool = (index: number, name: string) =>
      chunk({
        tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '{}' } }],
      });
    await withPair(
      chat.path,
      {
        events: [
          role,
          tool(3, 'late'),
          tool(0, 'early'),
          chunk({}, { finish_reason: 'tool_calls' }),
          'data: [DONE]',
        ],
      },
      (got) => {
        expect(got.text).toContain('late');
        expect(got.text).toContain('early');
        expect(endedWell(got, chat.path)).toBe(true);
      },
    );
  });

  test('S14 a limit that hits inside a tool call keeps its finish reason', () =>
    withPair(
      chat.path,
      { toolCall: { name: 'look_up', arguments: { q: 'x' } }, finishReason: 'length' },
      (got, { simulator }) => {
        expect(got.text).toContain('"finish_reason":"length"');
        expect(got.text).not.toContain('"finish_reason":"tool_calls"');
        expect(simulator.requests('secondary')).toHaveLength(0);
      },
    ));
});

describe('the other form than was asked for', () => {
  for (const way of STREAMS) {
    test(`S11 ${way}: a whole answer is told as a stream`, () =>
      withPair(way, { as: 'json' }, async (got, { simulator }) => {
        expect(got.headers.get('content-type')).toMatch(/^text\/event-stream/);
        expect(saidIn(got)).toContain('Hello from primary');
        expect(endedWell(got, way)).toBe(true);
        expect(simulator.requests('secondary')).toHaveLength(0);
      }));
  }

  test('S11 an error document instead of a stream is judged as one', () =>
    withPair('chat stream', { fault: 'error_in_200' }, (got, { simulator }) =>
      expectFailedOver(got, 'chat stream', simulator),
    ));

  for (const way of ['chat', 'completions', 'responses', 'messages']) {
    test(`S12 ${way}: a stream is told as a whole answer`, () =>
      withPair(way, { as: 'sse' }, async (got, { simulator }) => {
        expect(got.headers.get('content-type')).toBe('application/json');
        expect(saidIn(got)).toContain('Hello from primary');
        expect(simulator.requests('secondary')).toHaveLength(0);
      }));

    test(`S12 ${way}: a stream that breaks goes to the next endpoint`, () =>
      withPair(way, { as: 'sse', cut: 'eof_without_done' }, async (got) =>
        expect(saidIn(got)).toContain('Hello from secondary'),
      ));
  }

  test.each(['text/plain', 'application/json', 'Text/Event-Stream; charset=utf-8'])(
    'S11 a stream that calls itself %s is one all the same',
    (type) =>
      withPair('chat stream', { headers: { 'content-type': type } }, async (got, { simulator }) => {
        expect(saidIn(got)).toContain('Hello from primary');
        expect(endedWell(got, 'chat stream')).toBe(true);
        expect(simulator.requests('secondary')).toHaveLength(0);
      }),
  );

  test('S12 an error in a stream nobody asked for is judged as the status it names', () =>
    withPair(
      'chat',
      {
        headers: { 'content-type': 'text/event-stream' },
        body: 'data: {"error":{"message":"No auth credentials found","code":401}}\n\n',
      },
      async (got, { gateway }) => {
        expect(saidIn(got)).toContain('Hello from secondary');
        expect(codesOf(gateway)).toEqual(['P05', 'ok']);
      },
    ));

  test('S12 NDJSON is told as a whole answer, or goes to the next endpoint', () =>
    withPair('chat', { as: 'ndjson' }, (got) => {
      expect(got.status).toBe(200);
      expect(saidIn(got)).toContain('Hello from');
    }));
});

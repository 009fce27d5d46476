import { describe, expect, test } from '@jest/globals';
import type { Behaviour } from '../src/behaviour.ts';
import { startSimulator } from '../src/start-simulator.ts';
import { rawExchange } from './support/raw-exchange.ts';
import { anthropicHeaders, chat, message, openClient, type Received } from './support/requests.ts';

async function stream(
  behaviour: Behaviour,
  { path = '/chat/completions', body = chat('hi', { stream: true }) as object } = {},
): Promise<Received> {
  await using simulator = await startSimulator();
  await using client = openClient();
  simulator.behave('primary', behaviour);
  return await client.send(simulator.baseUrl('primary') + path, body, { headers: anthropicHeaders });
}

const asMessages = { path: '/messages', body: message('hi', { stream: true }) };

/** The `data:` payloads of a stream. */
function payloads({ text }: Pick<Received, 'text'>): string[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data ?? '');
}

function contents(received: Pick<Received, 'text'>): string[] {
  return payloads(received)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data).choices[0]?.delta.content ?? '')
    .filter((content) => content !== '');
}

describe('the shape of a stream', () => {
  test('one event per word, each a chunk of its own; a finish reason; the terminator', async () => {
    const received = await stream({ text: 'one two three' });
    expect(received.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(contents(received)).toEqual(['one', ' two', ' three']);
    expect(received.chunks).toHaveLength(6);
    expect(JSON.parse(payloads(received).at(-2) ?? '').choices[0].finish_reason).toBe('stop');
    expect(received.text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
  });

  test('as many content events and characters as asked for', async () => {
    expect(contents(await stream({ text: 'ab', eventCount: 5 }))).toEqual(['a', 'b', 'a', 'b', 'a']);
    expect(contents(await stream({ text: 'abcdef', eventCount: 3 }))).toEqual(['ab', 'cd', 'ef']);
    expect(contents(await stream({ text: 'abcdefgh', eventBytes: 3 }))).toEqual(['abc', 'def', 'gh']);
    expect(contents(await stream({ text: 'xyz', eventCount: 200, eventBytes: 16 }))).toHaveLength(200);
    expect(contents(await stream({ textLength: 12, text: 'abcde' })).join('')).toBe('abcdeabcdeab');
    expect(contents(await stream({ text: '' }))).toEqual([]);
  });

  test('exact events, as they stand', async () => {
    const { text } = await stream({
      events: [': hello', 'data: {"a":1}\n\n', { choices: [] }, { type: 'ping' }, 'data: [DONE]'],
    });
    expect(text).toBe(
      ': hello\n\ndata: {"a":1}\n\ndata: {"choices":[]}\n\nevent: ping\ndata: {"type":"ping"}\n\ndata: [DONE]\n\n',
    );
  });

  test('an exact body, byte for byte, as a stream', async () => {
    const body = 'data:{"x":"\u2028"}\r\rdata: [DONE]\r\r';
    const received = await stream({ body });
    expect(received.text).toBe(body);
    expect(received.headers['content-type']).toContain('text/event-stream');
  });

  test('comments and pings before and between the events', async () => {
    const { text } = await stream({
      text: 'a b',
      pings: { before: 2, every: 2, comment: 'OPENROUTER PROCESSING' },
    });
    expect(text.startsWith(': OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: ')).toBe(true);
    expect(text.match(/^: OPENROUTER/gm)).toHaveLength(4);
    const anthropic = await stream({ text: 'a b', pings: { every: 1 } }, asMessages);
    expect(anthropic.text).toContain('event: ping\ndata: {"type": "ping"}\n\n');
  });

  test.each([
    ['crlf', '\r\n'],
    ['cr', '\r'],
  ] as const)('lines ended by %s, after a byte order mark', async (lineEnd, end) => {
    const plain = await stream({ text: 'a b', events: [{ n: 1 }, { n: 2 }] });
    const { text } = await stream({ events: [{ n: 1 }, { n: 2 }], lineEnd, bom: true });
    expect(text).toBe(`\ufeff${plain.text.replaceAll('\n', end)}`);
  });

  test('cut into writes at any offset, the bytes unchanged', async () => {
    const events = ['data: {"content":"日本語 ✓"}', 'data: [DONE]'];
    const whole = (await stream({ events })).body;
    for (let offset = 1; offset < whole.length; offset += 1) {
      const { body, chunks } = await stream({ events, splitAt: [offset] });
      expect(body.equals(whole)).toBe(true);
      expect(chunks.map(({ length }) => length)).toEqual([offset, whole.length - offset]);
    }
    const bytewise = await stream({ events, splitAt: { every: 1 } });
    expect(bytewise.chunks).toHaveLength(whole.length);
  });

  test('reasoning comes before the content', async () => {
    const deltas = payloads(await stream({ reasoning: 'Hm.', text: 'Yes.' }))
      .slice(0, -1)
      .map((data) => JSON.parse(data).choices[0].delta);
    expect(deltas).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { reasoning_content: 'Hm.' },
      { content: 'Yes.' },
      {},
    ]);
  });
});

describe('delivery against what was asked for', () => {
  test('JSON although a stream was asked for', async () => {
    const received = await stream({ as: 'json' });
    expect(received.headers['content-type']).toBe('application/json');
    expect(JSON.parse(received.text).object).toBe('chat.completion');
  });

  test('SSE or NDJSON although nothing was said about streams', async () => {
    const sse = await stream({ as: 'sse' }, { body: chat() });
    expect(payloads(sse).at(-1)).toBe('[DONE]');
    const lines = await stream({ as: 'ndjson' }, { body: chat() });
    expect(lines.headers['content-type']).toBe('application/x-ndjson');
    expect(JSON.parse(lines.text.trimEnd().split('\n').at(-1) ?? '').done).toBe(true);
  });
});

describe('streams that break', () => {
  const text = 'a b c d';
  const complete = async () => payloads(await stream({ text }));

  test('clean ends that are none: the events say what is missing', async () => {
    const all = await complete();
    expect(all).toHaveLength(7);
    const shape = async (behaviour: Behaviour) => {
      const seen = payloads(await stream({ text, ...behaviour }));
      return {
        contents: contents({ text: seen.map((data) => `data: ${data}`).join('\n') }).length,
        finished: seen.some((data) => data.includes('"finish_reason":"stop"')),
        done: seen.includes('[DONE]'),
        error: seen.findIndex((data) => data.includes('Provider disconnected')),
      };
    };
    expect(await shape({ cut: 'eof_without_done' })).toEqual({
      contents: 4,
      finished: false,
      done: false,
      error: -1,
    });
    expect(await shape({ cut: 'done_without_finish' })).toEqual({
      contents: 4,
      finished: false,
      done: true,
      error: -1,
    });
    expect(await shape({ cut: 'finish_without_done' })).toEqual({
      contents: 4,
      finished: true,
      done: false,
      error: -1,
    });
    expect(await shape({ cut: 'error_event', cutAfterEvents: 3 })).toEqual({
      contents: 2,
      finished: false,
      done: false,
      error: 3,
    });
    expect(await shape({ cut: 'error_event', cutAfterEvents: 0 })).toMatchObject({ contents: 0, error: 0 });
    expect(await shape({ cut: 'error_in_choice', cutAfterEvents: 2 })).toMatchObject({
      contents: 1,
      error: 2,
    });
    expect(await shape({ cut: 'error_event_then_done', cutAfterEvents: 2 })).toMatchObject({
      contents: 1,
      error: 2,
      done: true,
    });
  });

  test.each([
    ['fin', 'fin'],
    ['rst', 'rst'],
    ['stall', 'open'],
  ] as const)(
    '%s after every possible event: those events, whole, and no terminating chunk',
    async (cut, end) => {
      await using simulator = await startSimulator();
      const url = `${simulator.baseUrl('primary')}/chat/completions`;
      for (let cutAfterEvents = 0; cutAfterEvents <= 7; cutAfterEvents++) {
        simulator.behave('primary', { text, cut, cutAfterEvents });
        const exchange = await rawExchange(url, chat('hi', { stream: true }));
        expect(exchange.end).toBe(end);
        expect(exchange.rest.match(/^data: /gm) ?? []).toHaveLength(cutAfterEvents);
        expect(exchange.rest).not.toMatch(/^0\r\n/m);
        expect(exchange.head).toContain('Transfer-Encoding: chunked');
      }
    },
  );

  test.each([
    ['finish_then_fin', 'fin'],
    ['finish_then_rst', 'rst'],
  ] as const)('%s: the finish reason arrived, the terminator did not', async (cut, end) => {
    await using simulator = await startSimulator();
    simulator.behave('primary', { text, cut });
    const exchange = await rawExchange(
      `${simulator.baseUrl('primary')}/chat/completions`,
      chat('hi', { stream: true }),
    );
    expect(exchange.end).toBe(end);
    expect(exchange.rest).toContain('"finish_reason":"stop"');
    expect(exchange.rest).not.toContain('[DONE]');
  });

  test('Anthropic streams break in their own words', async () => {
    const failed = await stream({ cut: 'error_event', cutAfterEvents: 3 }, asMessages);
    expect(
      failed.text
        .trimEnd()
        .endsWith(
          '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded","details":null}}',
        ),
    ).toBe(true);
    const unfinished = await stream({ cut: 'done_without_finish' }, asMessages);
    expect(unfinished.text).toContain('event: message_stop');
    expect(unfinished.text).not.toContain('stop_reason":"end_turn"');
    const ended = await stream({ cut: 'finish_without_done' }, asMessages);
    expect(ended.text).toContain('stop_reason":"end_turn"');
    expect(ended.text).not.toContain('message_stop');
  });
});

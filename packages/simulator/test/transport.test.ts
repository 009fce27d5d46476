import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Behaviour } from '../src/behaviour.ts';
import { startSimulator } from '../src/start-simulator.ts';
import { rawExchange } from './support/raw-exchange.ts';
import { chat, openClient } from './support/requests.ts';

async function exchange(behaviour: Behaviour, body: object = chat()) {
  await using simulator = await startSimulator();
  simulator.behave('primary', behaviour);
  return await rawExchange(`${simulator.baseUrl('primary')}/chat/completions`, body);
}

describe('connections that end or fall silent', () => {
  const cases: [Behaviour, 'fin' | 'rst' | 'open', 'nothing' | 'head' | 'half' | 'all'][] = [
    [{ reset: 'on_accept' }, 'rst', 'nothing'],
    [{ reset: 'before_headers' }, 'rst', 'nothing'],
    [{ reset: 'mid_body' }, 'rst', 'half'],
    [{ close: 'on_accept' }, 'fin', 'nothing'],
    [{ close: 'before_headers' }, 'fin', 'nothing'],
    [{ close: 'mid_body' }, 'fin', 'half'],
    [{ close: 'after' }, 'fin', 'all'],
    [{ close: 'after_keep_alive' }, 'fin', 'all'],
    [{ stall: 'before_headers' }, 'open', 'nothing'],
    [{ stall: 'after_headers' }, 'open', 'head'],
    [{ stall: 'mid_body' }, 'open', 'half'],
    [{}, 'open', 'all'],
  ];
  test.each(cases)('%p: %s after %s of the answer', async (behaviour, end, arrived) => {
    const { end: seen, head, rest } = await exchange(behaviour);
    expect(seen).toBe(end);
    expect(head !== '').toBe(arrived !== 'nothing');
    const announced = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
    const share = { nothing: 0, head: 0, half: Math.floor(announced / 2), all: announced }[arrived];
    expect(rest).toHaveLength(share);
  });

  test('an announced close says so, an unannounced one does not', async () => {
    expect((await exchange({ close: 'after' })).head).toContain('connection: close');
    expect((await exchange({ close: 'after_keep_alive' })).head).toContain('Connection: keep-alive');
  });
});

describe('framing', () => {
  test('by length, by chunks, by the end of the connection', async () => {
    expect((await exchange({})).head).toMatch(/content-length: \d+/);
    const chunked = await exchange({ framing: 'chunked' });
    expect(chunked.head.toLowerCase()).toContain('transfer-encoding: chunked');
    expect(chunked.rest.endsWith('0\r\n\r\n')).toBe(true);
    const bare = await exchange({ framing: 'close', body: 'bare' });
    expect(bare).toMatchObject({ rest: 'bare', end: 'fin' });
    expect(bare.head.toLowerCase()).not.toMatch(/content-length|transfer-encoding/);
  });

  test('a length that promises more than comes, or less', async () => {
    const more = await exchange({ body: '0123456789', contentLengthDelta: 5 });
    expect(more).toMatchObject({ rest: '0123456789', end: 'fin' });
    expect(more.head).toContain('content-length: 15');
    const less = await exchange({ body: '0123456789', contentLengthDelta: -5 });
    expect(less.head).toContain('content-length: 5');
    expect(less.rest).toBe('0123456789');
  });

  test('raw bytes, malformed or not, exactly as given', async () => {
    const raw = 'HTTP/1.1 200 OK\ncontent-length: 2\ncontent-length: 3\n\nhi';
    const cut = await exchange({ raw });
    expect(cut).toMatchObject({ end: 'fin' });
    expect(cut.bytes.toString()).toBe(raw);
    expect(
      await exchange({ raw: { base64: Buffer.from([0, 255, 13]).toString('base64') }, close: 'never' }),
    ).toMatchObject({
      bytes: Buffer.from([0, 255, 13]),
      end: 'open',
    });
    expect(await exchange({ raw, reset: 'mid_body' })).toMatchObject({ end: 'rst' });
  });
});

describe('bodies', () => {
  test('text, objects, lists and bytes, with the type they look like', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    const receive = async (behaviour: Behaviour) => {
      simulator.behave('primary', behaviour);
      return client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat());
    };
    expect(await receive({ body: { a: 1 } })).toMatchObject({
      text: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await receive({ body: [1] })).toMatchObject({ text: '[1]' });
    expect(await receive({ body: '<p>' })).toMatchObject({ headers: { 'content-type': 'text/html' } });
    expect(await receive({ body: 'data: x\n\n' })).toMatchObject({
      headers: { 'content-type': expect.stringContaining('event-stream') },
    });
    expect((await receive({ body: { base64: '/wD+' } })).body).toEqual(Buffer.from([255, 0, 254]));
    expect(
      await receive({ body: 'x', headers: { 'Content-Type': 'text/plain', 'x-two': ['a', 'b'] } }),
    ).toMatchObject({
      headers: { 'content-type': 'text/plain', 'x-two': ['a', 'b'] },
    });
  });

  test('compressed although nobody asked', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    const url = `${simulator.baseUrl('primary')}/chat/completions`;
    simulator.behave('primary', [{ encoding: 'gzip' }, { encoding: 'br' }, { encoding: 'gzip_truncated' }]);
    const gzip = await client.send(url, chat());
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).toString()).toContain('Hello from primary');
    expect(brotliDecompressSync((await client.send(url, chat())).body).toString()).toContain(
      'Hello from primary',
    );
    const { body } = await client.send(url, chat());
    expect(() => gunzipSync(body)).toThrow('unexpected end of file');
  });

  test('whitespace before the JSON, which is still JSON', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    simulator.behave('primary', { padding: { times: 4, everyMs: 1 } });
    const { text } = await client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat());
    expect(text.startsWith('\n         \n\n         \n')).toBe(true);
    expect(JSON.parse(text).object).toBe('chat.completion');
  });

  test('an endless body goes on as long as someone reads, and stops when the reader leaves', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    simulator.behave('primary', { endless: true, body: 'x'.repeat(65_536) });
    const leaving = new AbortController();
    const call = client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat(), {
      signal: leaving.signal,
    });
    await simulator.waitForRequests('primary', 1);
    setImmediate(() => leaving.abort());
    await expect(call).rejects.toThrow();
    await simulator.waitForAbort('primary');
    expect(simulator.inFlight('primary')).toBe(0);
  });
});

describe('time', () => {
  /** Milliseconds from sending the request to the head and to each piece of the body. */
  async function arrivals(behaviour: Behaviour, body: object = chat()) {
    await using simulator = await startSimulator();
    simulator.behave('primary', behaviour);
    const startedAt = performance.now();
    const response = await fetch(`${simulator.baseUrl('primary')}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const head = performance.now() - startedAt;
    const pieces: number[] = [];
    for await (const _ of response.body ?? []) pieces.push(performance.now() - startedAt);
    return { head, pieces };
  }

  test('latency comes before the headers, firstByteMs between headers and body', async () => {
    expect((await arrivals({ latencyMs: 60 })).head).toBeGreaterThanOrEqual(59);
    expect((await arrivals({ latencyMs: [40, 50] })).head).toBeGreaterThanOrEqual(39);
    const { head, pieces } = await arrivals({ firstByteMs: 80 });
    expect(pieces[0]).toBeGreaterThan(head + 40);
  });

  test('a drip and the pause between events spread the body', async () => {
    const dripped = await arrivals({ body: 'x'.repeat(50), drip: { bytes: 10, everyMs: 10 } });
    expect(dripped.pieces.length).toBe(5);
    expect(dripped.pieces[4]! - dripped.pieces[0]!).toBeGreaterThanOrEqual(25);
    const spread = await arrivals({ text: 'a b c', chunkDelayMs: 10 }, chat('hi', { stream: true }));
    expect(spread.pieces.at(-1)! - spread.pieces[0]!).toBeGreaterThanOrEqual(30);
  });
});

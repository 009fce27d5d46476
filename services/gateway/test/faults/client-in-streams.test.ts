import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listen } from '@holdfast/runtime/listen';
import { startRawUpstream } from '@holdfast/simulator/raw-upstream';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { endResponse } from '../../src/respond/end-response.ts';
import { chat, startGateway, type TestGateway } from '../start-gateway.ts';
import {
  ask,
  breakerOpen,
  endedWell,
  idle,
  inFlight,
  pair,
  protocolOf,
  read,
  requestFor,
  saidIn,
} from './pair.ts';

const CANCELLED = 'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="cancelled"}';

/** Asks and gives back the answer as soon as its headers are there. */
async function open(gateway: TestGateway, way: string) {
  const leaving = new AbortController();
  const { path, body } = requestFor(way);
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  return { response, leave: () => leaving.abort() };
}

/** Sends a request over a bare socket and reads nothing. */
async function askDeaf(gateway: TestGateway, body: unknown): Promise<Socket> {
  const socket = connect(gateway.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  const text = JSON.stringify(body);
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  );
  return socket;
}

describe('a client that leaves', () => {
  for (const way of ['chat stream', 'messages stream']) {
    test(`S15 ${way}: after content the upstream is aborted, nobody is blamed or asked instead`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(
        pair({
          primary: simulator.baseUrl('primary'),
          secondary: simulator.baseUrl('secondary'),
          protocol: protocolOf(way),
        }),
      );
      simulator.behave('primary', { chunkDelayMs: 20, eventCount: 500 });
      const { response, leave } = await open(gateway, way);
      await response.body!.getReader().read();
      leave();
      await simulator.waitForAbort('primary');
      await idle(gateway);
      expect(simulator.requests('secondary')).toHaveLength(0);
      expect(await breakerOpen(gateway)).toBe(false);
      expect(await inFlight(gateway)).toBe(0);
      expect(gateway.gateway.accessLog.recent().at(-1)!.outcome).toBe('cancelled');
    });

    test(`S15 ${way}: while nothing but pings was sent, likewise`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(
        pair({
          primary: simulator.baseUrl('primary'),
          secondary: simulator.baseUrl('secondary'),
          protocol: protocolOf(way),
        }),
        { clientTimers: { pingEveryMs: 20 } },
      );
      simulator.behave('primary', { stall: 'before_headers' });
      const { response, leave } = await open(gateway, way);
      expect(response.headers.get('x-holdfast-endpoint')).toBe('pending');
      leave();
      await simulator.waitForAbort('primary');
      await idle(gateway);
      expect(simulator.requests('secondary')).toHaveLength(0);
      expect(await breakerOpen(gateway)).toBe(false);
    });
  }

  test('S15 before anything was sent, and while the gateway waits for a repeat', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({
        primary: simulator.baseUrl('primary'),
        secondary: null,
        more: { retry: { base_delay: '20s', max_delay: '20s' } },
      }),
    );
    simulator.behave('primary', { status: 500 });
    const leaving = new AbortController();
    const asked = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(chat()),
      signal: leaving.signal,
    });
    await simulator.waitForRequests('primary', 1);
    await simulator.waitForIdle();
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await idle(gateway);
    expect(simulator.requests('primary')).toHaveLength(1);
    expect(await gateway.metric(CANCELLED)).toBe(1);
  });
});

describe('a client that does not read', () => {
  const EVENT = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(4000) }, finish_reason: null }] })}\n\n`;

  /** A provider that sends events as fast as they are taken, and how many bytes were. */
  const startFountain = () =>
    startRawUpstream(async (connection) => {
      if (!(await connection.nextRequest())) return;
      await connection.write(
        'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
      );
      const piece = `${EVENT.length.toString(16)}\r\n${EVENT}\r\n`;
      while (connection.isOpen()) {
        if (!connection.socket.write(piece))
          await Promise.race([once(connection.socket, 'drain').catch(() => {}), connection.closed]);
      }
    });

  test('S16 holds the provider back, is dropped when it stalls, and nobody is blamed', async () => {
    await using upstream = await startFountain();
    await using gateway = await startGateway(pair({ primary: upstream.baseUrl, secondary: null }), {
      clientTimers: { stallMs: 300 },
    });
    const socket = await askDeaf(gateway, chat('gpt-4o', { stream: true }));
    await upstream.waitForRequests(1);
    await upstream.waitForAllClosed();
    // What fits into the buffers on the way, and no more: the gateway keeps none of it itself.
    expect(upstream.connections[0]!.socket.bytesWritten).toBeLessThan(24 * 1024 * 1024);
    await idle(gateway);
    expect(await gateway.metric(CANCELLED)).toBe(1);
    expect(await breakerOpen(gateway)).toBe(false);
    socket.destroy();
  });

  test('S16 is dropped with a whole answer that it does not take', async () => {
    const left = Promise.withResolvers<boolean>();
    await using server = await startServer((_request, response) => {
      response.once('close', () => left.resolve(response.writableFinished));
      endResponse(response, Buffer.alloc(32 * 1024 * 1024), 100);
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(await left.promise).toBe(false);
    socket.destroy();
  });
});

async function startServer(handler: RequestListener) {
  const server = await listen(handler, { host: '127.0.0.1', port: 0 });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() });
}

describe('early headers', () => {
  for (const way of ['chat stream', 'messages stream']) {
    const start = (simulator: { baseUrl(name: string): string }, secondary: boolean, more = {}) =>
      startGateway(
        pair({
          primary: simulator.baseUrl('primary'),
          secondary: secondary ? simulator.baseUrl('secondary') : null,
          protocol: protocolOf(way),
          more: {
            timeouts: { first_content: '100ms' },
            retry: { max_attempts: 1, max_total_time: '150ms' },
            ...more,
          },
        }),
        { clientTimers: { pingEveryMs: 20 } },
      );

    test(`${way}: a failure behind them is retried unseen, and a comment before the end tells who answered`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await start(simulator, true, { retry: {} });
      simulator.behave('primary', { stall: 'before_headers' });
      const got = await ask(gateway, way);
      expect(got.headers.get('x-holdfast-endpoint')).toBe('pending');
      expect(got.text.startsWith(': ping\n\n')).toBe(true);
      expect(saidIn(got)).toContain('Hello from secondary');
      expect(endedWell(got, way)).toBe(true);
      expect(got.text).toMatch(
        /: holdfast endpoint=secondary model=gpt-4o attempts=2 fallback=endpoint\n\n[\s\S]*(?:\[DONE\]|message_stop)/,
      );
    });

    test(`${way}: a final failure behind them is an error event and no clean end`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await start(simulator, false);
      simulator.behave('primary', { stall: 'before_headers' });
      const got = await ask(gateway, way);
      expect(got.status).toBe(200);
      expect(got.broken).toBe(true);
      expect(got.text).toMatch(/^(?:event: error\n)?data: \{.*"error".*\}$/m);
      expect(got.text).not.toMatch(/\[DONE\]|message_stop/);
    });

    test(`${way}: a canned answer behind them is a proper stream, with the comment before its end`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await start(simulator, false, {
        fallback: { mode: 'canned', texts: ['Back soon.'] },
      });
      simulator.behave('primary', { stall: 'before_headers' });
      const got = await ask(gateway, way);
      expect(saidIn(got)).toBe('Back soon.');
      expect(endedWell(got, way)).toBe(true);
      expect(got.text).toMatch(/fallback=canned\n\n[\s\S]*(?:\[DONE\]|message_stop)/);
    });
  }

  test('a request that is rightly refused behind them is told in an event', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({ primary: simulator.baseUrl('primary'), secondary: null }),
      { clientTimers: { pingEveryMs: 20 } },
    );
    simulator.behave('primary', { fault: 'bad_request', latencyMs: 60 });
    const got = await read(await gateway.post('/v1/chat/completions', chat('gpt-4o', { stream: true })));
    expect(got.broken).toBe(true);
    expect(got.text).toContain('"code":"unsupported_parameter"');
  });
});

import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import {
  createLoadShedding,
  NOTHING_SHED,
  nextShedState,
  type Pressure,
} from '../../src/states/load-shedding.ts';
import { chat, startGateway } from '../start-gateway.ts';
import { errorIn, pair, read } from './pair.ts';

const CALM: Pressure = { loopDelayMs: 5, heapShare: 0.3 };
const BLOCKED: Pressure = { loopDelayMs: 250, heapShare: 0.3 };
const FULL: Pressure = { loopDelayMs: 5, heapShare: 0.95 };

const LOW = { 'x-holdfast-priority': 'low' };

async function start() {
  const simulator = await startSimulator();
  const now = { pressure: CALM };
  const gateway = await startGateway(
    pair({
      primary: simulator.baseUrl('primary'),
      secondary: null,
      more: { fallback: { mode: 'canned', texts: ['Back soon.'] } },
    }),
    { pressure: { read: () => now.pressure, stop() {} } },
  );
  const look = (pressure: Pressure, times = 1) => {
    now.pressure = pressure;
    for (let i = 0; i < times; i++) gateway.gateway.load.look();
  };
  const ask = (headers: Record<string, string> = {}, path = '/v1/chat/completions') =>
    gateway.post(path, chat('gpt-4o', { max_tokens: 10 }), headers);
  return {
    simulator,
    gateway,
    look,
    ask,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await simulator.close();
    },
  };
}

async function blockThreeTimes(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    for (const untilMs = performance.now() + 150; performance.now() < untilMs; );
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('I16 while the event loop is blocked', () => {
  test('low priority is turned away first, and says when to come again', async () => {
    await using at = await start();
    at.look(BLOCKED);
    const low = await read(await at.ask(LOW));
    expect(low.status).toBe(503);
    expect(errorIn(low)).toMatchObject({ code: 'overloaded', type: 'overloaded_error' });
    expect(Number(low.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await at.ask()).status).toBe(200);
    expect(at.simulator.requests('primary')).toHaveLength(1);
  });

  test('then all new requests are, and health is still told', async () => {
    await using at = await start();
    at.look(BLOCKED, 4);
    for (const path of ['/v1/chat/completions', '/v1/messages'])
      expect((await at.ask({}, path)).status).toBe(503);
    expect((await fetch(`${at.gateway.url}/health`)).status).toBe(200);
    expect(at.simulator.requests('primary')).toHaveLength(0);
    expect(
      await at.gateway.metric(
        'holdfast_requests_total{llm_cluster="none",protocol="openai",outcome="rejected"}',
      ),
    ).toBe(1);
  });

  test('one that is under way goes on', async () => {
    await using at = await start();
    at.simulator.behave('primary', { latencyMs: 60 });
    const running = at.ask();
    await at.simulator.waitForRequests('primary', 1);
    at.look(BLOCKED, 4);
    expect((await running).status).toBe(200);
  });

  test('it is served again when the loop is calm, step by step', async () => {
    await using at = await start();
    at.look(BLOCKED, 4);
    at.look(CALM, 4);
    expect((await at.ask(LOW)).status).toBe(200);
    expect(at.gateway.lines().filter(({ msg }) => /overloaded/.test(String(msg)))).toHaveLength(2);
  });

  test('a loop that cannot turn for its own work is measured as such', async () => {
    const load = createLoadShedding({ warn() {}, info() {} } as never);
    try {
      // On a busy machine others may hold the processor meanwhile: then again.
      for (let round = 0; round < 20 && !load.refuses(true, () => 0); round++) {
        await blockThreeTimes();
        load.look();
      }
      expect(load.refuses(true, () => 0)).toBe(true);
    } finally {
      load.stop();
    }
  });

  test('one that waits for a processor that others hold is not', async () => {
    const load = createLoadShedding({ warn() {}, info() {} } as never);
    try {
      // Asleep inside a turn of the loop, as a process is that the scheduler has put aside.
      const cell = new Int32Array(new SharedArrayBuffer(4));
      for (let i = 0; i < 3; i++) {
        Atomics.wait(cell, 0, 0, 150);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      load.look();
      expect(load.refuses(true, () => 0)).toBe(false);
    } finally {
      load.stop();
    }
  });

  test('a single look that finds it blocked sheds nobody but low priority', () => {
    const once = nextShedState(NOTHING_SHED, BLOCKED);
    expect(once).toEqual({ overloaded: true, share: 0 });
    expect(nextShedState(once, CALM)).toEqual(NOTHING_SHED);
  });
});

test('I17 a heap that is nearly full sheds requests too', async () => {
  await using at = await start();
  at.look(FULL, 4);
  expect((await at.ask()).status).toBe(503);
});

describe('C19 an Idempotency-Key', () => {
  const KEY = { 'idempotency-key': 'order-1' };

  test('that is in use is refused until its request has ended', async () => {
    await using at = await start();
    at.simulator.behave('primary', { latencyMs: 500 });
    const first = at.ask(KEY);
    await at.simulator.waitForRequests('primary', 1);
    const second = await read(await at.ask(KEY));
    expect(second.status).toBe(409);
    expect(errorIn(second)).toMatchObject({ code: 'idempotency_key_in_use', param: 'idempotency-key' });
    expect((await first).status).toBe(200);
    expect(at.simulator.requests('primary')).toHaveLength(1);
    expect((await at.ask(KEY)).status).toBe(200);
  });

  test('is each client’s own', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({
        primary: simulator.baseUrl('primary'),
        secondary: null,
        more: {
          server: {
            client_keys: [
              { name: 'a', key: 'sk-client-a-0123456789' },
              { name: 'b', key: 'sk-client-b-0123456789' },
            ],
          },
        },
      }),
    );
    simulator.behave('primary', { latencyMs: 50 });
    const answers = await Promise.all(
      ['a', 'b'].map((name) =>
        gateway.post('/v1/chat/completions', chat(), {
          ...KEY,
          authorization: `Bearer sk-client-${name}-0123456789`,
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('of a client that left is free again', async () => {
    await using at = await start();
    at.simulator.behave('primary', [{ stall: 'before_headers' }, {}]);
    const leaving = new AbortController();
    const first = fetch(`${at.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...KEY },
      body: JSON.stringify(chat()),
      signal: leaving.signal,
    });
    await at.simulator.waitForRequests('primary', 1);
    leaving.abort();
    await expect(first).rejects.toThrow();
    await at.simulator.waitForAbort('primary');
    expect((await at.ask(KEY)).status).toBe(200);
  });
});

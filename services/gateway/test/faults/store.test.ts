import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { openState } from '@holdfast/state/open-state';
import { redisProgram, startRedis } from '@holdfast/state/testing/redis-server';
import { expect, test } from '@jest/globals';
import { type ConfigFile, startGateway, type TestGateway } from '../start-gateway.ts';
import { ask, breakerOpen, pair } from './pair.ts';

/** Everything that a request could ask of the store is switched on. */
const everything: ConfigFile = {
  rate_limit: { enabled: true, per_minute: 1000 },
  throttle: { min_interval: '1ms' },
};

/** A gateway on the Redis at that URL, with its own connection. */
async function startOn(url: string, simulator: { baseUrl(name: string): string }, more: ConfigFile = {}) {
  const state = await openState(url);
  const gateway = await startGateway(
    pair({
      primary: simulator.baseUrl('primary'),
      secondary: simulator.baseUrl('secondary'),
      more: { ...everything, ...more },
    }),
    { state },
  );
  return {
    ...gateway,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await state.close();
    },
  } satisfies TestGateway;
}

const served = async (gateway: TestGateway, count = 5) =>
  (await Promise.all(Array.from({ length: count }, () => ask(gateway, 'chat')))).map(({ status }) => status);

describeWithServer(redisProgram, 'the gateway on a Redis in trouble', () => {
  const READY = Array(5).fill(200);

  test('I01 absent at the start: serves from what it knows, ready but degraded, and takes the store up when it comes', async () => {
    await using simulator = await startSimulator();
    const absent = await startRedis();
    await absent.kill();
    await using gateway = await startOn(absent.url, simulator);
    expect(await served(gateway)).toEqual(READY);
    const ready = await fetch(`${gateway.adminUrl}/readyz`);
    expect(ready.status).toBe(200);
    expect(await gateway.metric('holdfast_state_store_up')).toBe(0);
    const back = new Promise<void>((resolve) => {
      gateway.state.onUpChange((up) => up && resolve());
    });
    await absent.restart();
    await back;
    expect(await served(gateway)).toEqual(READY);
    await absent[Symbol.asyncDispose]();
  });

  test('I02 killed under requests: none fails', async () => {
    await using simulator = await startSimulator();
    await using redis = await startRedis();
    await using gateway = await startOn(redis.url, simulator);
    expect(await served(gateway)).toEqual(READY);
    const during = served(gateway, 20);
    await redis.kill();
    expect(await during).toEqual(Array(20).fill(200));
    expect(await served(gateway)).toEqual(READY);
  });

  test('I03 hung: none fails', async () => {
    await using simulator = await startSimulator();
    await using redis = await startRedis();
    await using gateway = await startOn(redis.url, simulator);
    expect(await served(gateway)).toEqual(READY);
    redis.pause();
    try {
      for (let i = 0; i < 5; i++) expect(await served(gateway)).toEqual(READY);
    } finally {
      redis.resume();
    }
  });

  test('I04 apart from the others: each serves by its own view, and when they meet the longer penalty stands', async () => {
    await using simulator = await startSimulator();
    await using redis = await startRedis();
    await using first = await startOn(redis.url, simulator);
    await using second = await startOn(redis.url, simulator);
    await redis.kill();
    simulator.behave('primary', { status: 500 });
    expect((await ask(first, 'chat')).status).toBe(200);
    expect(await breakerOpen(first)).toBe(true);
    expect(await breakerOpen(second)).toBe(false);
    const before = first.gateway.routing.endpoints.get('main/primary')!.state.breaker;
    const back = Promise.all(
      [first, second].map(
        ({ state }) => new Promise<void>((resolve) => void state.onUpChange((up) => up && resolve())),
      ),
    );
    await redis.restart();
    await back;
    expect(await served(second)).toEqual(READY);
    const after = first.gateway.routing.endpoints.get('main/primary')!.state.breaker;
    expect(after.kind).toBe('open');
    expect((after as { untilMs: number }).untilMs).toBeGreaterThanOrEqual(
      (before as { untilMs: number }).untilMs,
    );
  });

  test('I05 flushed: nothing breaks, what is learned again is shared again', async () => {
    await using simulator = await startSimulator();
    await using redis = await startRedis();
    await using first = await startOn(redis.url, simulator);
    await using second = await startOn(redis.url, simulator);
    await redis.flushAll();
    expect(await served(first)).toEqual(READY);
    simulator.behave('primary', { status: 500 });
    await ask(first, 'chat');
    await until(() => breakerOpen(second));
    expect(await served(second)).toEqual(READY);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + 5000;
  while (!(await isSo())) {
    if (Date.now() > untilMs) throw new Error('it did not become so');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

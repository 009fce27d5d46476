import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { readFailureQueue } from '@holdfast/state/failure-queue';
import { openState } from '@holdfast/state/open-state';
import { freePort, redisProgram, startRedis } from '@holdfast/state/testing/redis-server';
import { expect, test } from '@jest/globals';
import { clusterOf, startHealthChecker, type TestChecker, until } from './start-health-checker.ts';

const EVERY_SECOND = { health: { schedule: '* * * * * *' } };

async function open(url: string) {
  const state = await openState(url);
  return { state, [Symbol.asyncDispose]: () => state.close() };
}

describeWithServer(redisProgram, 'over a Redis that misbehaves', () => {
  test('absent at the start: it serves and waits; when it comes it probes and publishes', async () => {
    await using simulator = await startSimulator();
    const port = await freePort();
    await using redis = await open(`redis://127.0.0.1:${port}`);
    await using checker = await startHealthChecker(clusterOf(simulator, ['a']), { state: redis.state });
    expect((await checker.ask('GET', '/api/status')).body).toMatchObject({
      clusters: [{ endpoints: [{ state: 'unknown' }] }],
    });
    expect((await checker.ask('GET', '/readyz')).body).toMatchObject({
      status: 'ok',
      checks: { state_store: 'away, nothing is published' },
    });
    expect(await checker.metric('holdfast_state_store_up')).toBe(0);
    expect((await checker.ask('POST', '/api/check-main-api')).body).toMatchObject({ success: true });

    await using _server = await startRedis({ port });
    await until(async () => (await checker.metric('holdfast_state_store_up')) === 1);
    expect(await checker.entry('main/a')).toMatchObject({ state: 'up' });
  });

  test('killed: the prober goes on, and publishes all it knows when the store is back', async () => {
    await using simulator = await startSimulator();
    await using server = await startRedis();
    await using redis = await open(server.url);
    await using checker = await startHealthChecker(
      { ...clusterOf(simulator, ['a', 'b']), ...EVERY_SECOND },
      { state: redis.state },
    );
    await checker.entry('main/a');
    await server.kill();
    await until(() => !redis.state.up);
    const before = simulator.requests('a').length;
    await simulator.waitForRequests('a', before + 2);
    simulator.behave('b', { fault: 'html' });
    const during = simulator.requests('b').length;
    await simulator.waitForRequests('b', during + 2);
    expect((await checker.ask('GET', '/api/status')).body).toMatchObject({
      clusters: [{ endpoints: [{ state: 'up' }, { state: 'down', in_failure_queue: true }] }],
    });

    await server.restart();
    expect(await checker.entry('main/b', ({ state }) => state === 'down')).toMatchObject({
      reason: expect.stringContaining('wrong_answer'),
    });
    expect(await checker.entry('main/a')).toMatchObject({ state: 'up' });
    await until(async () => (await readFailureQueue(redis.state)).map(({ id }) => id).join() === 'main/b');
    expect(checker.lines().filter(({ level }) => level === 'error')).toEqual([]);
  }, 30_000);

  test('flushed: everything is there again', async () => {
    await using simulator = await startSimulator();
    await using server = await startRedis();
    await using redis = await open(server.url);
    simulator.behave('b', { fault: 'html' });
    const file = { ...clusterOf(simulator, ['a', 'b']), health: { failure_queue_interval: '60s' } };
    await using checker = await startHealthChecker(file, { state: redis.state });
    await checker.entry('main/a');
    await checker.entry('main/b', ({ state }) => state === 'down');
    const probes = simulator.requests().length;
    await server.flushAll();
    expect(await checker.entry('main/a')).toMatchObject({ state: 'up' });
    expect(await checker.entry('main/b')).toMatchObject({ state: 'down' });
    await until(async () => (await readFailureQueue(redis.state)).map(({ id }) => id).join() === 'main/b');
    expect(simulator.requests()).toHaveLength(probes);
  }, 20_000);

  test('hung: its own API answers, and it ends when told to', async () => {
    await using simulator = await startSimulator();
    await using server = await startRedis();
    await using redis = await open(server.url);
    await using checker = await startHealthChecker(clusterOf(simulator, ['a']), { state: redis.state });
    await checker.entry('main/a');
    server.pause();
    await until(() => !redis.state.up);
    expect((await checker.ask('GET', '/api/status')).body).toMatchObject({ isMainApiAvailable: true });
    expect((await checker.ask('POST', '/api/check')).body).toMatchObject({ success: true });
    await checker.close();
  });

  test('three replicas, one of them killed: no endpoint is ever probed by two', async () => {
    await using simulator = await startSimulator();
    await using server = await startRedis();
    await using ends = new AsyncDisposableStack();
    const names = Array.from({ length: 10 }, (_, index) => `e${index}`);
    const file = { ...clusterOf(simulator, names), ...EVERY_SECOND };
    const replicas: TestChecker[] = [];
    for (let replica = 0; replica < 3; replica += 1) {
      const { state } = ends.use(await open(server.url));
      replicas.push(ends.use(await startHealthChecker(file, { state, leaseTtlMs: 1_000 })));
    }
    const leads = (index: number) =>
      replicas[index]!.lines().some(({ msg }) => msg === 'this replica probes');
    await simulator.waitForRequests('e0', 3);
    expect([0, 1, 2].filter(leads)).toEqual([0]);

    // Cut off from the store without a word, as a killed process is.
    await replicas[0]!.state.close();
    await replicas[0]!.close();
    await until(() => leads(1) || leads(2));
    const before = simulator.requests('e0').length;
    await simulator.waitForRequests('e0', before + 3);
    expect([1, 2].filter(leads)).toHaveLength(1);
    for (const name of names) {
      // The first probe is the one at the start, at any moment within a period.
      const times = simulator
        .requests(name)
        .map(({ at }) => at)
        .slice(1);
      const gaps = times.slice(1).map((at, index) => at - times[index]!);
      // One schedule period apart; two probers would come within the same second.
      expect(Math.min(...gaps)).toBeGreaterThan(300);
    }
  }, 30_000);
});

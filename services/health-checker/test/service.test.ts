import { startSimulator } from '@holdfast/simulator/start-simulator';
import { readFailureQueue } from '@holdfast/state/failure-queue';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { availabilityChannel, failureQueueKey, trafficKey } from '@holdfast/state/keys';
import { readModelLists } from '@holdfast/state/model-lists';
import type { SharedState } from '@holdfast/state/shared-state';
import { describe, expect, test } from '@jest/globals';
import { clusterOf, readConfig, startHealthChecker, until } from './start-health-checker.ts';

const CANNED = {
  body: { choices: [{ message: { role: 'assistant', content: 'Try again later.' }, finish_reason: 'stop' }] },
};

describe('at the start', () => {
  test('everything is probed once and published as the contract says', async () => {
    await using simulator = await startSimulator();
    simulator.behave('b', { fault: 'nginx_502' });
    const state = createInProcessState();
    const messages: string[] = [];
    state.subscribe(availabilityChannel, (message) => messages.push(message));
    await using checker = await startHealthChecker(clusterOf(simulator, ['a', 'b', 'c'], { weight: 50 }), {
      state,
    });

    const up = await checker.entry('main/a');
    expect(up).toEqual({
      state: 'up',
      reason: null,
      latency_ms: expect.any(Number),
      weight: 50,
      checked_at: expect.any(Number),
      expires_at: expect.any(Number),
    });
    expect(up.expires_at).toBeGreaterThan(Date.now());
    expect(await checker.entry('main/b')).toMatchObject({ state: 'down', reason: 'server_error: 502' });
    await checker.entry('main/c');
    expect(
      simulator
        .requests()
        .map(({ upstream, path }) => `${upstream} ${path}`)
        .sort(),
    ).toEqual(['a /v1/models', 'b /v1/models', 'c /v1/models']);
    expect(simulator.requests('a')[0]!.token).toBe('sk-a-key');
    await until(() => messages.length === 3);
    expect(messages.map((text) => JSON.parse(text).id).sort()).toEqual(['main/a', 'main/b', 'main/c']);
    expect((await readModelLists(state)).get('main/a')?.models).toContain('gpt-4o-mini');
    expect(checker.lines()).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        endpoint: 'main/b',
        from: 'unknown',
        to: 'down',
        reason: 'server_error: 502',
        msg: 'endpoint health changed',
      }),
    );
  });

  test('an endpoint that is never to be probed is left alone', async () => {
    await using simulator = await startSimulator();
    await using checker = await startHealthChecker(clusterOf(simulator, ['a'], { probe: 'none' }));
    await until(async () => (await checker.metric('holdfast_probes_skipped_total{reason="disabled"}')) === 1);
    expect((await checker.ask('GET', '/api/status')).body.clusters).toMatchObject([
      { endpoints: [{ state: 'unknown', reason: 'never probed' }] },
    ]);
    expect(simulator.requests()).toEqual([]);
  });
});

describe('on the schedule', () => {
  test('down takes as many bad results in a row as configured, and the queue brings it back', async () => {
    await using simulator = await startSimulator();
    const health = { schedule: '* * * * * *', down_after: 2, up_after: 1, failure_queue_interval: '150ms' };
    await using checker = await startHealthChecker({ ...clusterOf(simulator, ['a']), health });
    await checker.entry('main/a', ({ state }) => state === 'up');
    simulator.behave('a', { fault: 'nginx_502' });
    expect(await checker.entry('main/a', ({ reason }) => reason !== null)).toMatchObject({
      state: 'up',
      reason: 'server_error: 502, 1 of 2',
    });
    await checker.entry('main/a', ({ state }) => state === 'down');
    expect((await readFailureQueue(checker.state)).map(({ id }) => id)).toEqual(['main/a']);
    simulator.behave('a', {});
    await checker.entry('main/a', ({ state }) => state === 'up');
    await until(async () => (await readFailureQueue(checker.state)).length === 0);
    const changes = checker.lines().filter(({ msg }) => msg === 'endpoint health changed');
    expect(changes.map(({ from, to }) => `${from} -> ${to}`)).toEqual([
      'unknown -> up',
      'up -> down',
      'down -> up',
    ]);
    expect(checker.lines().map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['endpoint enters the failure queue', 'endpoint leaves the failure queue']),
    );
    // What came back had to hold a conversation.
    expect(
      simulator.requests('a').filter(({ path }) => path.endsWith('/chat/completions')).length,
    ).toBeGreaterThan(0);
  });

  test('real traffic speaks for an endpoint: no probe is spent on it', async () => {
    await using simulator = await startSimulator();
    const state = createInProcessState();
    const report = () =>
      state.hashSet(trafficKey, {
        'main/a@gateway-1': JSON.stringify({
          at: Date.now(),
          window_ms: 10_000,
          ok: 5,
          failed: 0,
          last_success_at: Date.now(),
          latency_ms: 321,
          latency_spread_ms: 5,
        }),
      });
    await report();
    const file = {
      ...clusterOf(simulator, ['a', 'b'], { probe: 'chat' }),
      health: { schedule: '* * * * * *' },
    };
    await using checker = await startHealthChecker(file, { state });
    expect(await checker.entry('main/a')).toMatchObject({ state: 'up', latency_ms: 321 });
    await simulator.waitForRequests('b', 3);
    await report();
    expect(simulator.requests('a')).toEqual([]);
    expect(
      await checker.metric('holdfast_probes_skipped_total{reason="fresh_traffic"}'),
    ).toBeGreaterThanOrEqual(3);
    expect(await checker.metric('holdfast_probe_llm_tokens_total{llm_cluster="main",llm_endpoint="a"}')).toBe(
      0,
    );
    expect(
      await checker.metric('holdfast_probe_llm_tokens_total{llm_cluster="main",llm_endpoint="b"}'),
    ).toBeGreaterThan(0);
    expect(await checker.metric('holdfast_endpoint_up{llm_cluster="main",llm_endpoint="a"}')).toBe(1);
  });

  test('when the day’s cap of model tokens is reached, only free probes are made, by every replica', async () => {
    await using simulator = await startSimulator();
    const state = createInProcessState();
    const file = { ...clusterOf(simulator, ['a'], { probe: 'chat' }), health: { schedule: '* * * * * *' } };
    await using first = await startHealthChecker(file, { state, llmTokensPerDay: 10 });
    await until(
      async () => ((await first.metric('holdfast_probes_skipped_total{reason="token_cap"}')) ?? 0) > 0,
    );
    expect(simulator.requests('a')).toHaveLength(1);
    await first.close();
    await using second = await startHealthChecker(file, { state, llmTokensPerDay: 10 });
    await until(
      async () => ((await second.metric('holdfast_probes_skipped_total{reason="token_cap"}')) ?? 0) > 0,
    );
    expect(simulator.requests('a')).toHaveLength(1);
  });
});

describe('the failure queue', () => {
  test('an endpoint that answers everything with the same text is down within one probe and stays in the queue', async () => {
    await using simulator = await startSimulator();
    await using checker = await startHealthChecker(clusterOf(simulator, ['a']));
    await checker.entry('main/a', ({ state }) => state === 'up');
    simulator.behave('a', CANNED);
    const before = simulator.requests('a').length;
    await checker.state.sortedAdd(failureQueueKey, 'main/a', Date.now());
    expect(await checker.entry('main/a', ({ state }) => state === 'down')).toMatchObject({
      reason: 'wrong_answer: the code was not echoed',
    });
    expect(simulator.requests('a')).toHaveLength(before + 1);
    await simulator.waitForRequests('a', before + 4);
    expect((await readFailureQueue(checker.state)).map(({ id }) => id)).toEqual(['main/a']);
    expect(await checker.metric('holdfast_failure_queue_length')).toBe(1);
    expect((await checker.ask('GET', '/api/status')).body.clusters).toMatchObject([
      { endpoints: [{ state: 'down', in_failure_queue: true }] },
    ]);
    expect(
      await checker.metric(
        'holdfast_probes_total{llm_cluster="main",llm_endpoint="a",result="wrong_answer"}',
      ),
    ).toBeGreaterThanOrEqual(1);

    simulator.behave('a', {});
    await checker.entry('main/a', ({ state }) => state === 'up');
    await until(async () => (await checker.metric('holdfast_failure_queue_length')) === 0);
  });

  test('what gateways put in is verified and taken out when it works', async () => {
    await using simulator = await startSimulator();
    await using checker = await startHealthChecker(clusterOf(simulator, ['a']));
    await checker.entry('main/a');
    await checker.state.sortedAdd(failureQueueKey, 'main/a', Date.now());
    await checker.state.sortedAdd(failureQueueKey, 'gone/endpoint', Date.now());
    await until(async () => (await readFailureQueue(checker.state)).length === 0);
    expect(simulator.requests('a').map(({ path }) => path)).toEqual(['/v1/models', '/v1/chat/completions']);
  });

  test('it survives a restart', async () => {
    await using simulator = await startSimulator();
    const state = createInProcessState();
    const file = { ...clusterOf(simulator, ['a']), health: { failure_queue_interval: '400ms' } };
    simulator.behave('a', CANNED);
    await using first = await startHealthChecker(file, { state });
    await first.entry('main/a', (entry) => entry.state === 'down');
    await first.close();
    simulator.behave('a', {});
    await using second = await startHealthChecker(file, { state });
    await second.entry('main/a', (entry) => entry.state === 'up');
    await until(async () => (await readFailureQueue(state)).length === 0);
  });
});

describe('several replicas', () => {
  const file = (simulator: Parameters<typeof clusterOf>[0]) => ({
    ...clusterOf(
      simulator,
      Array.from({ length: 10 }, (_, index) => `e${index}`),
    ),
    health: { schedule: '* * * * * *' },
  });

  test('make one prober’s worth of probes, and all know what it finds', async () => {
    await using simulator = await startSimulator();
    const state = createInProcessState();
    const startedMs = performance.now();
    await using _first = await startHealthChecker(file(simulator), { state });
    await using second = await startHealthChecker(file(simulator), { state });
    await using third = await startHealthChecker(file(simulator), { state });
    await simulator.waitForRequests('e0', 4);
    const counts = Object.values(simulator.counts()).map(({ requests }) => requests);
    expect(counts).toHaveLength(10);
    // One at the start, then one per second at most; three probers would make three times as many.
    expect(Math.max(...counts)).toBeLessThanOrEqual(2 + (performance.now() - startedMs) / 1000);
    for (const replica of [second, third]) {
      await until(
        async () =>
          (await replica.metric('holdfast_endpoint_up{llm_cluster="main",llm_endpoint="e3"}')) === 1,
      );
      expect(
        await replica.metric('holdfast_probes_total{llm_cluster="main",llm_endpoint="e3",result="ok"}'),
      ).toBe(0);
      const { clusters } = (await replica.ask('GET', '/api/status')).body as unknown as {
        clusters: { endpoints: { state: string }[] }[];
      };
      expect(clusters[0]!.endpoints.every((endpoint) => endpoint.state === 'up')).toBe(true);
    }
  });

  test('another takes over within one lease when the prober dies without a word', async () => {
    await using simulator = await startSimulator();
    const shared = createInProcessState();
    let dead = false;
    const dying: SharedState = Object.assign(Object.create(shared) as SharedState, {
      acquireLease: (...args: Parameters<SharedState['acquireLease']>) =>
        dead ? new Promise<null>(() => {}) : shared.acquireLease(...args),
      releaseLease: async () => {},
    });
    const quiet = clusterOf(simulator, ['a']);
    await using first = await startHealthChecker(quiet, { state: dying, leaseTtlMs: 300 });
    await first.entry('main/a');
    await using second = await startHealthChecker(
      { ...clusterOf(simulator, ['a']), health: { schedule: '* * * * * *' } },
      { state: shared, leaseTtlMs: 300 },
    );
    expect(second.lines().some(({ msg }) => msg === 'this replica probes')).toBe(false);
    dead = true;
    await first.close();
    await until(() =>
      second.lines().some(({ msg, takenOver }) => msg === 'this replica probes' && takenOver === true),
    );
    // What the other had just found is not asked again at once; the schedule is.
    const before = simulator.requests('a').length;
    await simulator.waitForRequests('a', before + 1);
  });
});

describe('a new configuration', () => {
  test('is taken while running: new endpoints are probed at once, old ones are forgotten', async () => {
    await using simulator = await startSimulator();
    await using checker = await startHealthChecker(clusterOf(simulator, ['a', 'b']));
    await checker.entry('main/a');
    await checker.entry('main/b');
    checker.applyConfig(readConfig(clusterOf(simulator, ['b', 'c'])));
    await checker.entry('main/c');
    await until(
      async () =>
        Object.keys(await checker.state.hashGetAll('holdfast:v1:availability'))
          .sort()
          .join() === 'main/b,main/c',
    );
    expect(await checker.metric('holdfast_endpoint_up{llm_cluster="main",llm_endpoint="a"}')).toBeUndefined();
    expect(await checker.metric('holdfast_endpoint_up{llm_cluster="main",llm_endpoint="c"}')).toBe(1);
    expect(simulator.requests('b')).toHaveLength(1);
    checker.configFailed('line 3: unknown key');
    expect(await checker.metric('holdfast_config_last_reload_successful')).toBe(0);
    expect((await checker.ask('GET', '/readyz')).body).toMatchObject({
      status: 'ok',
      checks: { config: 'line 3: unknown key' },
    });
  });
});

describe('dynamic weights', () => {
  test('follow what probes find, within bounds, with the reason', async () => {
    await using simulator = await startSimulator();
    const file = {
      ...clusterOf(simulator, ['fast', 'slow'], { priority: 1, weight: 100 }),
      health: { schedule: '* * * * * *', dynamic_weights: true },
    };
    simulator.behave('slow', { latencyMs: 400 });
    await using checker = await startHealthChecker(file);
    const slow = await checker.entry('main/slow', ({ weight }) => weight < 60);
    expect(slow.reason).toMatch(/^weight \d+(\.\d+)? of 100: .* x slower than its peers$/);
    expect(slow.weight).toBeGreaterThanOrEqual(10);
    expect((await checker.entry('main/fast')).weight).toBe(100);
    expect(
      await checker.metric('holdfast_endpoint_weight{llm_cluster="main",llm_endpoint="slow"}'),
    ).toBeLessThan(60);
  }, 15_000);
});

test('every series of a configured endpoint exists from the start', async () => {
  await using simulator = await startSimulator();
  await using checker = await startHealthChecker(clusterOf(simulator, ['a'], { probe: 'none' }));
  const labels = 'llm_cluster="main",llm_endpoint="a"';
  for (const sample of [
    `holdfast_endpoint_up{${labels}}`,
    `holdfast_probe_llm_tokens_total{${labels}}`,
    ...['ok', 'timeout', 'wrong_answer', 'auth_error'].map(
      (result) => `holdfast_probes_total{${labels},result="${result}"}`,
    ),
    'holdfast_probes_skipped_total{reason="metered"}',
    'holdfast_probe_duration_seconds_count',
    'holdfast_probe_last_run_timestamp_seconds',
    'holdfast_failure_queue_length',
  ]) {
    expect([sample, await checker.metric(sample)]).toEqual([sample, 0]);
  }
  expect(await checker.metric(`holdfast_endpoint_weight{${labels}}`)).toBe(100);
  expect(await checker.metric('holdfast_state_store_up')).toBe(1);
});

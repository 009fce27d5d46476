import { createLogger } from '@holdfast/runtime/logger';
import { readAvailability } from '@holdfast/state/availability';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { trafficKey } from '@holdfast/state/keys';
import { expect, test } from '@jest/globals';
import type { Checker } from '../src/checker.ts';
import { createFleet } from '../src/fleet.ts';
import { createHealthMetrics } from '../src/metrics.ts';
import { createPublisher } from '../src/publisher.ts';
import type { FailureQueue } from '../src/queue.ts';
import { createRounds } from '../src/rounds.ts';
import type { Spending } from '../src/spending.ts';
import { readConfig } from './start-health-checker.ts';

/** The rounds over in-process state at a time the test sets; nothing is probed. */
function setUp(dynamicWeights: boolean) {
  let nowMs = 1_000_000;
  const state = createInProcessState(() => nowMs);
  const endpoint = (name: string) => ({
    name,
    base_url: 'http://127.0.0.1:9/v1',
    api_key: `sk-${name}-key`,
    weight: 100,
  });
  const fleet = createFleet(
    readConfig({
      clusters: { main: { protocol: 'openai', endpoints: [endpoint('good'), endpoint('bad')] } },
      routes: [{ model: 'gpt-4o-mini', cluster: 'main' }],
      health: { dynamic_weights: dynamicWeights },
    }),
  );
  const metrics = createHealthMetrics();
  const now = () => nowMs;
  for (const { endpoint } of fleet.targets) fleet.memory(endpoint.id).checkedMs = nowMs;
  const rounds = createRounds({
    fleet,
    state,
    metrics,
    logger: createLogger({ service: 'health-checker', level: 'silent' }),
    now,
    checker: { check: async () => null, idle: async () => {} } satisfies Checker,
    queue: {
      has: () => false,
      due: () => [],
      refresh: async () => [],
      put: async () => {},
      remove: async () => {},
      restore: async () => {},
    } satisfies FailureQueue,
    spending: { capped: false, refresh: async () => {}, add: async () => {} } satisfies Spending,
    publisher: createPublisher(fleet, state, metrics, now),
    validForMs: () => 60_000,
    random: () => 0.5,
  });
  const report = async (id: string, record: object) => {
    nowMs += 10_000;
    const base = {
      at: nowMs,
      window_ms: 10_000,
      ok: 0,
      failed: 0,
      last_success_at: nowMs,
      latency_ms: null,
      latency_spread_ms: null,
    };
    await state.hashSet(trafficKey, { [`${id}@g1`]: JSON.stringify({ ...base, ...record }) });
  };
  return { state, fleet, rounds, report, weight: (id: string) => fleet.memory(id).weight };
}

test('what traffic tells moves the weight a step at a time, each report once, and is published with the reason', async () => {
  const { state, rounds, report, weight } = setUp(true);
  await report('main/good', { ok: 10, latency_ms: 100, latency_spread_ms: 10 });
  await report('main/bad', { ok: 2, failed: 8, latency_ms: 100, latency_spread_ms: 10 });
  await rounds.weights();
  expect(weight('main/good')).toBe(100);
  const afterOne = weight('main/bad');
  expect(afterOne).toBeLessThan(100);
  await rounds.weights();
  expect(weight('main/bad')).toBe(afterOne);
  await report('main/bad', { ok: 2, failed: 8, latency_ms: 100, latency_spread_ms: 10 });
  await rounds.weights();
  expect(weight('main/bad')).toBeLessThan(afterOne);
  expect((await readAvailability(state)).get('main/bad')).toMatchObject({
    weight: weight('main/bad'),
    reason: expect.stringMatching(/^weight .* of 100: success \d+ %$/),
  });

  for (let round = 0; round < 30; round += 1) {
    await report('main/bad', { ok: 10, latency_ms: 100, latency_spread_ms: 10 });
    await rounds.weights();
  }
  expect(weight('main/bad')).toBeGreaterThan(98);
});

test('an endpoint that fails fast gets no more than before', async () => {
  const { rounds, report, weight } = setUp(true);
  await report('main/good', { ok: 10, latency_ms: 500, latency_spread_ms: 0 });
  await report('main/bad', { ok: 0, failed: 100, last_success_at: null });
  await rounds.weights();
  expect(weight('main/bad')).toBeLessThan(weight('main/good'));
});

test('without dynamic weights the configured one stays', async () => {
  const { rounds, report, weight } = setUp(false);
  await report('main/bad', { ok: 0, failed: 100, last_success_at: null });
  await rounds.weights();
  expect(weight('main/bad')).toBe(100);
});

import { fitPoolState, reducePool } from '@holdfast/core/tokens/pool-state';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { readFailureQueue } from '@holdfast/state/failure-queue';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { failureQueueKey, tokensChannel, tokensKey } from '@holdfast/state/keys';
import { poolFields } from '@holdfast/state/token-records';
import { expect, test } from '@jest/globals';
import { clusterOf, readConfig, startHealthChecker, until } from './start-health-checker.ts';

const TOKENS = [
  { name: 'T1', value: 'sk-token-value-1', account: 'one' },
  { name: 'T2', value: 'sk-token-value-2', account: 'two' },
];

test('probes use the token that the pool would give a client, and none when all are blocked', async () => {
  await using simulator = await startSimulator();
  const config = readConfig({
    ...clusterOf(simulator, ['a'], { api_key: undefined, token_pool: 'github' }),
    token_pools: { github: { tokens: TOKENS } },
  });
  const [pool] = config.tokenPools;
  const state = createInProcessState();
  const publish = async (pooled: ReturnType<typeof fitPoolState>) => {
    await state.hashSet(tokensKey('github'), poolFields(pooled, null));
    await state.publish(tokensChannel, JSON.stringify({ pool: 'github' }));
  };
  await using checker = await startHealthChecker(config, { state });
  await checker.entry('main/a');
  expect(simulator.requests('a')[0]!.token).toBe('sk-token-value-1');

  const moved = reducePool(pool!, fitPoolState(pool!, null), { kind: 'rotate', to: 'T2' }, Date.now());
  await publish(moved);
  await until(async () => {
    await checker.ask('POST', '/api/check');
    return simulator.requests('a').at(-1)!.token === 'sk-token-value-2';
  });

  const dead = TOKENS.reduce(
    (known, { name }) =>
      reducePool(pool!, known, { kind: 'token', token: name, event: { kind: 'dead' } }, Date.now()),
    moved,
  );
  await publish(dead);
  await until(async () => {
    await checker.ask('POST', '/api/check');
    return ((await checker.metric('holdfast_probes_skipped_total{reason="no_token"}')) ?? 0) > 0;
  });
  const before = simulator.requests('a').length;
  await state.sortedAdd(failureQueueKey, 'main/a', Date.now());
  const skipped = (await checker.metric('holdfast_probes_skipped_total{reason="no_token"}'))!;
  await until(
    async () => ((await checker.metric('holdfast_probes_skipped_total{reason="no_token"}')) ?? 0) > skipped,
  );
  expect(simulator.requests('a')).toHaveLength(before);
  expect((await readFailureQueue(state)).map(({ id }) => id)).toEqual(['main/a']);
  expect(JSON.stringify(checker.lines())).not.toContain('sk-token-value');
});

test('a model with a quota of the day is never talked to: the free list is asked instead, or nothing', async () => {
  await using simulator = await startSimulator();
  const config = readConfig({
    ...clusterOf(simulator, ['a', 'b']),
    health: { schedule: '* * * * * *', failure_queue_interval: '200ms' },
  });
  const rpd = { rpm: null, rpd: 150, tpm: null, maxInput: null, maxOutput: null, concurrency: null };
  const [main] = config.clusters;
  const endpoints = main!.endpoints.map((endpoint) => ({
    ...endpoint,
    probe: endpoint.name === 'b' ? ('chat' as const) : null,
  }));
  const metered = { ...config, modelLimits: { 'gpt-4o-mini': rpd }, clusters: [{ ...main!, endpoints }] };
  await using checker = await startHealthChecker(metered);
  await checker.entry('main/a');
  await checker.state.sortedAdd(failureQueueKey, 'main/a', Date.now());
  await until(async () => (await readFailureQueue(checker.state)).length === 0);
  await until(
    async () => ((await checker.metric('holdfast_probes_skipped_total{reason="metered"}')) ?? 0) >= 2,
  );
  expect(new Set(simulator.requests('a').map(({ method }) => method))).toEqual(new Set(['GET']));
  expect(simulator.requests('b').filter(({ method }) => method === 'POST')).toEqual([]);
});

import {
  fitPoolState,
  type PoolDefinition,
  type PoolState,
  reducePool,
} from '@holdfast/core/tokens/pool-state';
import { MAX_BENCH_MS } from '@holdfast/core/tokens/token-state';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createInProcessState } from '../src/in-process-state.ts';
import { tokenReportsKey, tokensChannel, tokensKey } from '../src/keys.ts';
import {
  POOL_FIELD,
  poolFields,
  readKnowledgeEntry,
  readPoolFields,
  readReportEntry,
  reportEntry,
  type TokenReport,
} from '../src/token-records.ts';
import { watchTokenPools } from '../src/token-watch.ts';

const T = Date.UTC(2026, 10, 21, 12, 0, 0);
const pool: PoolDefinition = {
  name: 'github',
  tokens: [
    { name: 'A', account: 'first' },
    { name: 'B', account: 'second' },
  ],
  strategy: 'sticky',
  maxFailures: 3,
  blockForMs: 60_000,
};
const benched = reducePool(
  pool,
  fitPoolState(pool, null),
  {
    kind: 'token',
    token: 'A',
    event: {
      kind: 'bench',
      scope: 'account',
      model: 'm',
      delayMs: 5000,
      provenance: 'authoritative',
      reason: 'day_quota',
    },
  },
  T,
);
const report: TokenReport = {
  pool: 'github',
  token: 'A',
  account: 'first',
  model: 'm',
  result: 'rate_limited',
  event: { kind: 'failure' },
  atMs: T,
  uses: 1,
};

afterEach(() => void jest.useRealTimers());

describe('the published pool', () => {
  test('is read back as it was written', () => {
    expect(readPoolFields(pool, poolFields(benched, '7-0'), T)).toEqual({ state: benched, appliedId: '7-0' });
  });

  test('only what changed is written again, and the pool itself', () => {
    expect(Object.keys(poolFields(benched, null, fitPoolState(pool, null)))).toEqual(['A', POOL_FIELD]);
  });

  test('what does not fit the schema is ignored, field by field', () => {
    const fields = {
      ...poolFields(benched, null),
      B: '{"failures":"many"}',
      [POOL_FIELD]: 'not json',
      C: '{}',
    };
    const found = readPoolFields(pool, fields, T);
    expect(found?.state.tokens.A).toEqual(benched.tokens.A);
    expect(found?.state.tokens.B?.failures).toBe(0);
    expect(found?.state.current).toBe('A');
    expect(readPoolFields(pool, { C: '{}' }, T)).toBeNull();
  });

  test('no bench in it reaches beyond a day from now', () => {
    const forged = poolFields(
      {
        ...benched,
        tokens: {
          A: {
            ...benched.tokens.A!,
            cooling: { sinceMs: T, untilMs: 9e15, provenance: 'credit', reason: 'no_credit' },
          },
        },
      },
      null,
    );
    expect(readPoolFields(pool, forged, T)?.state.tokens.A?.cooling?.untilMs).toBe(T + MAX_BENCH_MS);
  });
});

describe('reports', () => {
  test('are read back as they were written; what does not fit is left out', () => {
    expect(readReportEntry(reportEntry([report]))).toEqual([report]);
    const mixed = { reports: JSON.stringify([report, { ...report, event: { kind: 'reset' } }, 5]) };
    expect(readReportEntry(mixed)).toEqual([report]);
    expect(readReportEntry({ reports: 'x' })).toEqual([]);
    expect(readReportEntry({})).toEqual([]);
  });
});

describe('watching the pools', () => {
  test('tells what is there at the start and what each message announces', async () => {
    const state = createInProcessState();
    await state.hashSet(tokensKey('github'), poolFields(fitPoolState(pool, null), null));
    const seen: string[] = [];
    let arrived = () => {};
    const watch = watchTokenPools({
      state,
      now: () => T,
      pools: () => [pool],
      onPool: (_pool, published) => {
        seen.push(JSON.stringify(published.tokens.A?.models));
        arrived();
      },
    });
    await watch.readAll();
    await state.hashSet(tokensKey('github'), poolFields(benched, null));
    const next = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await state.publish(tokensChannel, 'nonsense');
    await state.publish(tokensChannel, JSON.stringify({ pool: 'unknown' }));
    await state.publish(tokensChannel, JSON.stringify({ pool: 'github' }));
    await next;
    expect(seen).toEqual(['{}', JSON.stringify(benched.tokens.A?.models)]);
    watch.stop();
    await state.publish(tokensChannel, JSON.stringify({ pool: 'github' }));
    await new Promise(setImmediate);
    expect(seen).toHaveLength(2);
  });

  test('tells what the published state has lost, once', async () => {
    const state = createInProcessState();
    const lost = fitPoolState(pool, null);
    await state.hashSet(tokensKey('github'), poolFields(lost, null));
    const ours = reducePool(pool, lost, { kind: 'token', token: 'B', event: { kind: 'dead' } }, T - 60_000);
    const watch = watchTokenPools({
      state,
      now: () => T,
      pools: () => [pool],
      onPool: () => {},
      known: () => ours,
    });
    await watch.readAll();
    await watch.readAll();
    const told = await state.streamRead(tokenReportsKey, 'test', 'reader', { count: 9, reclaimAfterMs: 0 });
    expect(told.map(({ fields }) => readKnowledgeEntry(fields))).toEqual([
      { pool: 'github', fields: poolFields(ours, null) },
    ]);
    watch.stop();
  });

  test('what no message announced is read within fifteen seconds', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    const state = createInProcessState();
    const seen: PoolState[] = [];
    const watch = watchTokenPools({
      state,
      now: () => T,
      pools: () => [pool],
      onPool: (_pool, published) => seen.push(published),
    });
    await watch.readAll();
    await state.hashSet(tokensKey('github'), poolFields(benched, null));
    await jest.advanceTimersByTimeAsync(15_000);
    expect(seen).toEqual([benched]);
    watch.stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(seen).toHaveLength(1);
  });

  test('a store that is away is no error', async () => {
    const state = createInProcessState();
    await state.close();
    const watch = watchTokenPools({
      state,
      now: () => T,
      pools: () => [pool],
      onPool: () => expect(true).toBe(false),
    });
    await watch.readAll();
    watch.stop();
  });
});

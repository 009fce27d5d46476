import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { cacheKey } from '@holdfast/state/keys';
import { createRedisState } from '@holdfast/state/redis-state';
import type { SharedState } from '@holdfast/state/shared-state';
import { redisProgram, startRedis } from '@holdfast/state/testing/redis-server';
import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../start-gateway.ts';
import { askChat, caching } from './caching.ts';

/** A store that says it is Redis, and tells what was kept in it. */
function storeLikeRedis(more: Partial<SharedState> = {}) {
  const kept = new Map<string, { value: string; ttlMs: number | undefined }>();
  const state: SharedState = {
    ...createInProcessState(),
    kind: 'redis',
    up: true,
    get: async (key) => kept.get(key)?.value ?? null,
    async set(key, value, ttlMs) {
      kept.set(key, { value, ttlMs });
    },
    ...more,
  };
  const answers = () => [...kept].filter(([key]) => key.startsWith(cacheKey('')));
  return { state, kept, answers };
}

describe('replicas', () => {
  test.each([false, true])('give each other’s answers (stream: %s)', async (stream) => {
    await using simulator = await startSimulator();
    const { state, answers } = storeLikeRedis();
    await using one = await startGateway(caching(simulator, { ttl: '60s', stale_if_error: '30s' }), {
      state,
    });
    await using two = await startGateway(caching(simulator), { state });
    const first = await askChat(one, { stream });
    const second = await askChat(two, { stream });
    expect([second.cache, second.text]).toEqual(['hit', first.text]);
    expect(simulator.requests()).toHaveLength(1);
    const [[key, { ttlMs }] = ['', { ttlMs: 0 }]] = answers();
    expect(key).toMatch(/^holdfast:v1:cache:[0-9a-f]{64}$/);
    expect(ttlMs).toBe(90_000);
  });

  test('believe no value that is not the one they asked for', async () => {
    await using simulator = await startSimulator();
    const { state, kept, answers } = storeLikeRedis();
    await using one = await startGateway(caching(simulator), { state });
    await askChat(one, { user: 'anna' });
    await askChat(one, { user: 'bert' });
    const [anna, bert] = answers();
    const values: [string, string][] = [
      ['another’s', bert![1].value],
      ['broken JSON', anna![1].value.slice(0, -5)],
      ['another shape', JSON.stringify({ ...JSON.parse(anna![1].value), body: 7 })],
      ['nothing', ''],
    ];
    for (const [name, value] of values) {
      kept.set(anna![0], { value, ttlMs: 1000 });
      await using two = await startGateway(caching(simulator), { state });
      expect([name, (await askChat(two, { user: 'anna' })).cache]).toEqual([name, 'miss']);
    }
  });

  test('keep to themselves what would hold up the store', async () => {
    await using simulator = await startSimulator();
    const { state, answers } = storeLikeRedis();
    await using gateway = await startGateway(caching(simulator), { state });
    simulator.behave('primary', { textLength: 300_000 });
    await askChat(gateway);
    expect((await askChat(gateway)).cache).toBe('hit');
    expect(answers()).toEqual([]);
  });

  test('go on by themselves when the store refuses', async () => {
    await using simulator = await startSimulator();
    const refuse = () => Promise.reject(new Error('the store is away'));
    const { state } = storeLikeRedis({ get: refuse, set: refuse });
    await using gateway = await startGateway(caching(simulator), { state });
    expect((await askChat(gateway)).cache).toBe('miss');
    expect((await askChat(gateway)).cache).toBe('hit');
  });

  test('do not ask a store that is known to be away', async () => {
    await using simulator = await startSimulator();
    const asked: string[] = [];
    const count = async (key: string) => {
      asked.push(key);
      return null;
    };
    const { state } = storeLikeRedis({ up: false, get: count });
    await using gateway = await startGateway(caching(simulator), { state });
    await askChat(gateway);
    expect(asked.filter((key) => key.startsWith(cacheKey('')))).toEqual([]);
  });

  test('leave the embedded store alone: the process remembers by itself', async () => {
    await using simulator = await startSimulator();
    const { state, kept } = storeLikeRedis({ kind: 'in-process' });
    await using gateway = await startGateway(caching(simulator), { state });
    await askChat(gateway);
    expect((await askChat(gateway)).cache).toBe('hit');
    expect(kept.size).toBe(0);
  });
});

describeWithServer(redisProgram, 'with a real Redis', () => {
  async function connected(url: string) {
    const state = createRedisState({ url });
    if (!state.up)
      await new Promise<void>((resolve) => {
        const stop = state.onUpChange((up) => {
          if (up) {
            stop();
            resolve();
          }
        });
      });
    return { state, [Symbol.asyncDispose]: () => state.close() };
  }

  test('replicas share answers, and serve on when it hangs or dies', async () => {
    await using redis = await startRedis();
    await using simulator = await startSimulator();
    await using a = await connected(redis.url);
    await using b = await connected(redis.url);
    await using one = await startGateway(caching(simulator), { state: a.state });
    await using two = await startGateway(caching(simulator), { state: b.state });
    const first = await askChat(one, { stream: true, user: 'ä😀' });
    // The answer is written behind the first one's back.
    while ((await redis.command('DBSIZE')) === ':0') await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await askChat(two, { stream: true, user: 'ä😀' });
    expect([second.cache, second.text]).toEqual(['hit', first.text]);
    redis.pause();
    expect((await askChat(two, { user: 'hang' })).cache).toBe('miss');
    expect((await askChat(two, { user: 'hang' })).cache).toBe('hit');
    redis.resume();
    await redis.kill();
    expect((await askChat(two, { user: 'dead' })).cache).toBe('miss');
    expect((await askChat(two, { user: 'dead' })).cache).toBe('hit');
    expect((await askChat(two, { stream: true, user: 'ä😀' })).cache).toBe('hit');
  });
});

import { describe, expect, test } from '@jest/globals';
import { createRateLimiter, rateLimitHeaders } from '../src/rate-limit.ts';
import { countReplicas } from '../src/replicas.ts';
import { createUnreliableState } from './unreliable-state.ts';

const T = Date.UTC(2026, 10, 21, 12, 0, 0);

function setUp({ perMinute = 30, replicas = 1 } = {}) {
  let nowMs = T;
  const now = () => nowMs;
  const state = createUnreliableState(now);
  const limiter = () => createRateLimiter({ state, perMinute, now, replicas: () => replicas });
  return { state, limiter, pass: (ms: number) => (nowMs += ms) };
}
async function allowedOf(count: number, take: () => Promise<{ allowed: boolean }>): Promise<number> {
  let allowed = 0;
  for (let index = 0; index < count; index++) if ((await take()).allowed) allowed++;
  return allowed;
}

describe('the client rate limit', () => {
  test('refuses the 31st request of a minute and says when to come back', async () => {
    const { limiter, pass } = setUp();
    const limit = limiter();
    expect(await allowedOf(30, () => limit.take('key:web'))).toBe(30);
    pass(18_000);
    const refused = await limit.take('key:web');
    expect(refused).toEqual({ allowed: false, limit: 30, remaining: 0, resetMs: 42_000 });
    pass(42_000);
    expect(await limit.take('key:web')).toMatchObject({ allowed: true, remaining: 29 });
  });

  test('counts each client by itself', async () => {
    const limit = setUp({ perMinute: 1 }).limiter();
    expect((await limit.take('key:a')).allowed).toBe(true);
    expect((await limit.take('address:127.0.0.1')).allowed).toBe(true);
    expect((await limit.take('key:a')).allowed).toBe(false);
  });

  test('is one limit for all processes', async () => {
    const { limiter } = setUp({ perMinute: 5 });
    const [one, other] = [limiter(), limiter()];
    expect((await allowedOf(3, () => one.take('c'))) + (await allowedOf(3, () => other.take('c')))).toBe(5);
  });

  test('while the store is away each process grants its share, counting what it granted before', async () => {
    const { state, limiter } = setUp({ perMinute: 30, replicas: 3 });
    const limit = limiter();
    await allowedOf(4, () => limit.take('c'));
    state.setUp(false);
    const asked = state.calls.length;
    expect(await allowedOf(20, () => limit.take('c'))).toBe(6);
    expect(state.calls).toHaveLength(asked);
  });

  test('one request a minute is left when the processes outnumber the limit', async () => {
    const { state, limiter } = setUp({ perMinute: 2, replicas: 9 });
    state.setUp(false);
    const limit = limiter();
    expect(await allowedOf(3, () => limit.take('c'))).toBe(1);
  });

  test('speaks in the standard headers', () => {
    expect(rateLimitHeaders({ allowed: true, limit: 30, remaining: 29, resetMs: 59_001 })).toEqual({
      'ratelimit-limit': '30',
      'ratelimit-remaining': '29',
      'ratelimit-reset': '60',
      'ratelimit-policy': '30;w=60',
    });
    expect(rateLimitHeaders({ allowed: false, limit: 30, remaining: 0, resetMs: 0 })).toMatchObject({
      'retry-after': '1',
    });
  });
});

describe('counting the replicas', () => {
  test('sees those that beat, and forgets those that left or fell silent', async () => {
    let nowMs = T;
    const state = createUnreliableState(() => nowMs);
    const first = countReplicas(state, () => nowMs, 'first');
    const second = countReplicas(state, () => nowMs, 'second');
    await settled();
    expect(second.count).toBe(2);
    await first.stop();
    nowMs += 5000;
    const third = countReplicas(state, () => nowMs, 'third');
    await settled();
    expect(third.count).toBe(2);
    nowMs += 26_000;
    const fourth = countReplicas(state, () => nowMs, 'fourth');
    await settled();
    expect(fourth.count).toBe(2);
    for (const replicas of [second, third, fourth]) await replicas.stop();
  });

  test('keeps the last number while the store is away', async () => {
    const state = createUnreliableState(() => T);
    const others = ['a', 'b'].map((id) => countReplicas(state, () => T, id));
    await settled();
    const here = countReplicas(state, () => T, 'c');
    await settled();
    state.setUp(false);
    expect(here.count).toBe(3);
    for (const replicas of [...others, here]) await replicas.stop();
  });
});

/** All in-process calls under way are done. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

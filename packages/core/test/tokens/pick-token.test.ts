import { describe, expect, test } from '@jest/globals';
import { type PickOptions, pickToken } from '../../src/tokens/pick-token.ts';
import { type PoolDefinition, type PoolState, reducePool } from '../../src/tokens/pool-state.ts';
import { createTokenUses } from '../../src/tokens/token-uses.ts';
import { after, dayQuota, dead, poolOf, stated } from './pools.ts';

const T = Date.UTC(2026, 10, 21, 12, 0, 0);
const pool = poolOf(['a1', 'a2', 'b1', 'b2', 'c1']);
const picked = (state: PoolState, options: Partial<PickOptions> = {}, of: PoolDefinition = pool) => {
  const pick = pickToken(of, state, 'm', { nowMs: T, ...options });
  return 'token' in pick ? pick.token.name : pick;
};

describe('a sticky pool', () => {
  test('starts with its current token', () => {
    expect(picked(after(pool))).toBe('a1');
    expect(picked(reducePool(pool, after(pool), { kind: 'rotate', to: 'b2' }, T))).toBe('b2');
  });

  test('goes to another account after a failure, and to siblings last', () => {
    const order: string[] = [];
    const [tried, triedAccounts] = [new Set<string>(), new Set<string>()];
    for (let turn = 0; turn < 5; turn++) {
      const name = picked(after(pool), { tried, triedAccounts }) as string;
      order.push(name);
      tried.add(name);
      triedAccounts.add(name.slice(0, 1));
    }
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2']);
    expect(picked(after(pool), { tried, triedAccounts })).toEqual({ none: 'tried', untilMs: null });
  });

  test('skips the siblings of an account benched for the model', () => {
    const state = after(pool, ['a1', dayQuota('m', 60_000), T]);
    expect(picked(state)).toBe('b1');
    expect(pickToken(pool, state, 'n', { nowMs: T })).toMatchObject({ token: { name: 'a1' } });
  });

  test('hands back the very token of the configuration, with all that is in it', () => {
    const tokens = [{ name: 'a1', account: 'a', value: 'secret' }];
    const secret = { ...pool, tokens };
    expect(pickToken(secret, after(secret), 'm', { nowMs: T })).toEqual({ token: tokens[0] });
  });
});

describe('when no token is left', () => {
  const two = poolOf(['a1', 'b1']);

  test('says why and when the first one returns', () => {
    const state = after(two, ['a1', dead, T], ['b1', stated(18_000), T]);
    expect(picked(state, {}, two)).toEqual({ none: 'rate_limited', untilMs: T + 18_000 });
    expect(picked(state, { nowMs: T + 18_000 }, two)).toBe('b1');
  });

  test('counts blocks of tokens this request has tried', () => {
    const state = after(two, ['a1', stated(9000), T], ['b1', stated(18_000), T]);
    expect(picked(state, { tried: new Set(['a1', 'b1']) }, two)).toEqual({
      none: 'rate_limited',
      untilMs: T + 9000,
    });
  });

  test('a token that was tried and is not blocked may be repeated, whatever keeps the others', () => {
    const state = after(two, ['b1', stated(18_000), T]);
    expect(picked(state, { tried: new Set(['a1']) }, two)).toEqual({ none: 'tried', untilMs: null });
  });

  test('an empty pool says so', () => {
    expect(picked(after(poolOf([])), {}, poolOf([]))).toEqual({ none: 'empty', untilMs: null });
  });
});

describe('a token that is not known to work', () => {
  const a1 = { name: 'a1', account: 'a' };
  const trio = poolOf(['a1', 'b1', 'c1']);
  const take = (uses: ReturnType<typeof createTokenUses>, nowMs = T) => {
    const name = picked(after(trio), { uses, nowMs }, trio) as string;
    uses.note(name, nowMs);
    return name;
  };

  test('is tried by one request at a time, while others go to the next', () => {
    const uses = createTokenUses();
    expect([take(uses), take(uses), take(uses)]).toEqual(['a1', 'b1', 'c1']);
    // Nothing else is left: nobody waits for a trial.
    expect(take(uses)).toBe('a1');
  });

  test('takes all the traffic of a sticky pool as soon as it worked', () => {
    const uses = createTokenUses();
    take(uses);
    uses.heard(a1, { kind: 'success' }, T);
    expect([take(uses), take(uses)]).toEqual(['a1', 'a1']);
  });

  test('is on trial again after a refusal, and not for ever', () => {
    const uses = createTokenUses();
    uses.heard(a1, { kind: 'success' }, T);
    uses.heard(a1, { kind: 'failure' }, T);
    expect([take(uses), take(uses)]).toEqual(['a1', 'b1']);
    expect(take(uses, T + 5000)).toBe('a1');
  });
});

describe('a request that was refused', () => {
  const trio = poolOf(['a1', 'b1', 'c1']);
  const member = (name: string) => ({ name, account: name.slice(0, 1) });

  test('goes to a token that was not refused lately before one that was, but to another account first', () => {
    const uses = createTokenUses();
    uses.heard(member('b1'), { kind: 'failure' }, T);
    const tried = new Set(['a1']);
    expect(picked(after(trio), { uses, tried, triedAccounts: new Set(['a']) }, trio)).toBe('c1');
    expect(
      picked(after(pool), { uses, tried: new Set(['a1', 'c1']), triedAccounts: new Set(['a', 'c']) }),
    ).toBe('b2');
    uses.heard(member('b1'), { kind: 'success' }, T);
    expect(picked(after(trio), { uses, tried, triedAccounts: new Set(['a']) }, trio)).toBe('b1');
  });

  test('does not keep others from finding out whether the current token works again', () => {
    const uses = createTokenUses();
    uses.heard(member('a1'), { kind: 'failure' }, T);
    expect(picked(after(trio), { uses }, trio)).toBe('a1');
  });

  test('for too many at once leaves that account alone for a second, by all its tokens', () => {
    const uses = createTokenUses();
    uses.heard(member('a1'), { kind: 'concurrency' }, T);
    expect(picked(after(pool), { uses, nowMs: T + 999 })).toBe('b1');
    expect(picked(after(pool), { uses, nowMs: T + 1000 })).toBe('a1');
    const single = poolOf(['a1', 'a2']);
    expect(picked(after(single), { uses, nowMs: T }, single)).toBe('a1');
  });
});

describe('when tokens take turns', () => {
  const trio = poolOf(['a1', 'b1', 'c1']);
  const turns = (ms: Record<string, number>) => ({ turnInMs: ({ name }: { name: string }) => ms[name]! });

  test('the soonest is picked, in the order of the pool where that is the same', () => {
    expect(picked(after(trio), turns({ a1: 2000, b1: 500, c1: 500 }), trio)).toBe('b1');
    expect(picked(after(trio), turns({ a1: 0, b1: 0, c1: 0 }), trio)).toBe('a1');
  });

  test('the one whose turn it is now is picked over one that is as free', () => {
    expect(picked(after(trio), turns({ a1: 0, b1: -1, c1: 0 }), trio)).toBe('b1');
  });
});

describe('a published limit', () => {
  test('keeps its account out, and says until when and whether the request is too large', () => {
    const limited: PickOptions['limited'] = ({ account }) =>
      account === 'a' ? { untilMs: T + 1000, reason: 'published_limit' } : null;
    expect(picked(after(pool), { limited })).toBe('b1');
    const tooLarge: PickOptions['limited'] = () => ({ untilMs: T + 5000, reason: 'too_large' });
    expect(picked(after(pool), { limited: tooLarge })).toEqual({ none: 'too_large', untilMs: T + 5000 });
  });
});

describe('the other strategies', () => {
  const turns = (of: PoolDefinition, state: PoolState, count: number) => {
    const uses = createTokenUses();
    return Array.from({ length: count }, () => {
      const name = picked(state, { uses }, of) as string;
      uses.note(name, T);
      uses.heard({ name, account: name }, { kind: 'success' }, T);
      return name;
    });
  };

  test('round robin takes one after the other and passes over what is blocked', () => {
    const turning = poolOf(['a1', 'b1', 'c1'], { strategy: 'round_robin' });
    expect(turns(turning, after(turning), 4)).toEqual(['a1', 'b1', 'c1', 'a1']);
    expect(turns(turning, after(turning, ['b1', dead, T]), 3)).toEqual(['a1', 'c1', 'a1']);
  });

  test('least used evens out, and prefers another account over a little-used sibling', () => {
    const even = poolOf(['a1', 'a2', 'b1'], { strategy: 'least_used' });
    expect(turns(even, after(even), 6)).toEqual(['a1', 'a2', 'b1', 'a1', 'a2', 'b1']);
    const uses = createTokenUses();
    for (let use = 0; use < 9; use++) uses.note('b1', T);
    uses.heard({ name: 'b1', account: 'b' }, { kind: 'success' }, T);
    expect(picked(after(even), { uses, tried: new Set(['a1']), triedAccounts: new Set(['a']) }, even)).toBe(
      'b1',
    );
  });

  test('uses are those of the running minute', () => {
    const uses = createTokenUses();
    uses.note('a1', T);
    uses.note('b1', T + 60_000);
    expect([uses.of('a1'), uses.of('b1'), uses.last]).toEqual([0, 1, 'b1']);
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { knowsMore } from '../../src/tokens/knows-more.ts';
import { pickToken } from '../../src/tokens/pick-token.ts';
import { fitPoolState, mergePools, type PoolState, reducePool } from '../../src/tokens/pool-state.ts';
import { blockOf, type TokenEvent } from '../../src/tokens/token-state.ts';
import { after, dayQuota, dead, failure, noCredit, poolOf, stated, success } from './pools.ts';

const T = Date.UTC(2026, 10, 21, 12, 0, 0);
const MINUTE = 60_000;
const blockedNames = (state: PoolState, model: string | null, nowMs: number) =>
  Object.keys(state.tokens).filter((name) => blockOf(state.tokens[name]!, model, nowMs) !== null);

describe('the current token moves on for everyone', () => {
  const pool = poolOf(['a1', 'a2', 'b1', 'c1']);
  test.each<[string, PoolState, string]>([
    ['not after two refusals', after(pool, ['a1', failure, T], ['a1', failure, T]), 'a1'],
    [
      'after three, to another account',
      after(pool, ['a1', failure, T], ['a1', failure, T], ['a1', failure, T]),
      'b1',
    ],
    ['not for a short stated delay', after(pool, ['a1', stated(2000), T]), 'a1'],
    ['for a long one', after(pool, ['a1', stated(5 * MINUTE), T]), 'b1'],
    ['for a dead token', after(pool, ['a1', dead, T]), 'b1'],
    ['for an account without money', after(pool, ['a2', noCredit, T]), 'b1'],
    ['not for a quota of one model', after(pool, ['a1', dayQuota('m', 9 * MINUTE), T]), 'a1'],
    ['not for what happens to others', after(pool, ['b1', dead, T], ['c1', failure, T]), 'a1'],
    [
      'to a sibling when nothing else is left',
      after(pool, ['b1', dead, T], ['c1', dead, T], ['a1', dead, T]),
      'a2',
    ],
    ['nowhere when nothing is left', after(poolOf(['a1']), ['a1', dead, T]), 'a1'],
  ])('%s', (_name, state, current) => {
    expect(state.current).toBe(current);
  });

  test('by hand: to the given token, else to the next; an unknown name changes nothing', () => {
    const state = after(pool);
    expect(reducePool(pool, state, { kind: 'rotate', to: 'c1' }, T)).toMatchObject({
      current: 'c1',
      movedMs: T,
    });
    expect(reducePool(pool, state, { kind: 'rotate', to: null }, T).current).toBe('b1');
    expect(reducePool(pool, state, { kind: 'rotate', to: 'nope' }, T)).toBe(state);
    const allDead = after(poolOf(['a1', 'a2']), ['a1', dead, T], ['a2', dead, T]);
    const turned = reducePool(poolOf(['a1', 'a2']), allDead, { kind: 'rotate', to: null }, T + 5);
    expect(turned.current).not.toBe(allDead.current);
  });
});

describe('what belongs to an account', () => {
  const pool = poolOf(['a1', 'a2', 'b1']);

  test('benches its siblings for that model, and nobody else', () => {
    const state = after(pool, ['a2', dayQuota('m', MINUTE), T]);
    expect(blockedNames(state, 'm', T)).toEqual(['a1', 'a2']);
    expect(blockedNames(state, 'n', T)).toEqual([]);
    expect(state.tokens.a1!.lastUsedMs).toBeNull();
  });

  test('money is gone for all models of the account', () => {
    expect(blockedNames(after(pool, ['a1', noCredit, T]), 'any', T)).toEqual(['a1', 'a2']);
  });

  test('a dead token leaves its siblings alone', () => {
    expect(blockedNames(after(pool, ['a1', dead, T]), 'any', T)).toEqual(['a1']);
  });
});

describe("a provider's fault is not a token's", () => {
  const names = ['a1', 'b1', 'c1', 'd1', 'e1', 'f1'];
  const pool = poolOf(names);

  test('when half of the pool is refused at once, nobody is blocked', () => {
    const storm = [1, 2, 3, 4].flatMap((round) =>
      names.map((name): [string, typeof failure, number] => [name, failure, T + round * 100]),
    );
    const state = after(pool, ...storm);
    expect(blockedNames(state, 'm', T + 500).length).toBeLessThanOrEqual(2);
    expect(state.tokens.f1!.failures).toBe(0);
  });

  test('whatever the order and pace of refusals, at least half of a pool of four or more stays in use', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 12 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 20_000 })), { maxLength: 80 }),
        (size, refusals) => {
          const wide = poolOf(
            Array.from({ length: size }, (_, index) => `${String.fromCharCode(97 + index)}1`),
          );
          let state = fitPoolState(wide, null);
          let nowMs = T;
          for (const [choice, pauseMs] of refusals) {
            nowMs += pauseMs;
            const token = wide.tokens[choice % size]!.name;
            state = reducePool(wide, state, { kind: 'token', token, event: failure }, nowMs);
            expect(blockedNames(state, 'm', nowMs).length).toBeLessThanOrEqual(Math.floor(size / 2));
            expect(pickToken(wide, state, 'm', { nowMs })).toHaveProperty('token');
          }
        },
      ),
    );
  });

  test('when every account is refused a model without a reason, half of them are still tried', () => {
    const refused: TokenEvent = {
      kind: 'bench',
      scope: 'account',
      model: 'm',
      delayMs: 10 * MINUTE,
      provenance: 'heuristic',
      reason: 'refused',
    };
    const state = after(
      pool,
      ...names.map((name, index): [string, TokenEvent, number] => [name, refused, T + index]),
    );
    expect(blockedNames(state, 'm', T + 10)).toEqual(['a1', 'b1', 'c1']);
  });

  test('what the provider states of each token is believed, be it all of them', () => {
    const state = after(
      pool,
      ...names.map((name): [string, ReturnType<typeof stated>, number] => [name, stated(MINUTE), T]),
    );
    expect(pickToken(pool, state, 'm', { nowMs: T })).toEqual({ none: 'rate_limited', untilMs: T + MINUTE });
  });

  describe('when a pool of more than two dies as a whole', () => {
    const deaths = (of: readonly string[], nowMs: number) =>
      of.map((name): [string, typeof dead, number] => [name, dead, nowMs]);
    const validatedAt = (state: PoolState) =>
      new Set(Object.values(state.tokens).map(({ invalid }) => invalid!.notBeforeMs));

    test('it is validated after ten seconds, then after twice as long each time, at most after an hour', () => {
      let nowMs = T;
      let state = after(pool, ...deaths(names, nowMs));
      const waits: number[] = [];
      for (let time = 0; time < 12; time++) {
        const [dueMs, ...others] = validatedAt(state);
        expect(others).toEqual([]);
        waits.push((dueMs! - nowMs) / 1000);
        nowMs = dueMs!;
        state = reducePool(pool, state, { kind: 'token', token: 'a1', event: dead }, nowMs);
      }
      expect(waits).toEqual([10, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
    });

    test('a view from before the last one died does not take that back', () => {
      const most = after(pool, ...deaths(names.slice(0, -1), T));
      const all = after(pool, ...deaths(names, T));
      expect(mergePools(most, all)).toEqual(all);
      expect(mergePools(all, most)).toEqual(all);
      expect(knowsMore(most, all, T + MINUTE)).toBe(false);
    });

    test('with one live token it is left alone for an hour, and so is one that died over time', () => {
      const most = after(pool, ...deaths(names.slice(1), T));
      expect(most.tokens.b1!.invalid!.notBeforeMs).toBe(T + 60 * MINUTE);
      const slowly = reducePool(pool, most, { kind: 'token', token: 'a1', event: dead }, T + MINUTE);
      expect(slowly.tokens.b1!.invalid!.notBeforeMs).toBe(T + 60 * MINUTE);
    });
  });
});

describe('a pool', () => {
  const pool = poolOf(['a1', 'b1']);

  test('keeps what it knows through a change of its tokens', () => {
    const state = after(pool, ['a1', dead, T]);
    const changed = fitPoolState(poolOf(['a1', 'c1']), state);
    expect(Object.keys(changed.tokens)).toEqual(['a1', 'c1']);
    expect(changed.tokens.a1).toBe(state.tokens.a1);
    expect(changed.current).toBe('a1');
    expect(fitPoolState(poolOf([]), state)).toMatchObject({ current: null, tokens: {} });
  });

  test('ignores events of tokens it does not have', () => {
    const state = after(pool);
    expect(reducePool(pool, state, { kind: 'token', token: 'constructor', event: dead }, T)).toBe(state);
    expect(reducePool(pool, state, { kind: 'reset', token: 'nope' }, T)).toBe(state);
  });

  test('is reset as a whole or token by token', () => {
    const state = after(pool, ['a1', dead, T], ['b1', dead, T]);
    expect(blockedNames(reducePool(pool, state, { kind: 'reset', token: 'a1' }, T), null, T)).toEqual(['b1']);
    expect(blockedNames(reducePool(pool, state, { kind: 'reset', token: null }, T), null, T)).toEqual([]);
  });

  test('does not change on a success of a healthy token', () => {
    const state = after(pool, ['a1', success, T]);
    expect(reducePool(pool, state, { kind: 'token', token: 'a1', event: success }, T + 10)).toBe(state);
  });
});

import { describe, expect, test } from '@jest/globals';
import { knowsMore } from '../../src/tokens/knows-more.ts';
import { mergePools, reducePool } from '../../src/tokens/pool-state.ts';
import { after, dayQuota, dead, poolOf, stated } from './pools.ts';

const T = Date.UTC(2026, 10, 21, 12, 0, 0);
const MINUTE = 60_000;
const pool = poolOf(['a1', 'b1']);
const emptied = after(pool);

describe('a gateway tells what it knows when the published state', () => {
  const later = T + MINUTE;
  test.each([
    ['lacks a bench of a model', after(pool, ['a1', dayQuota('m', 60 * MINUTE), T]), true],
    ['lacks the death of a token', after(pool, ['b1', dead, T]), true],
    ['lacks a long rest', after(pool, ['b1', stated(60 * MINUTE), T]), true],
    ['lacks what may be on its way', after(pool, ['b1', stated(60 * MINUTE), later - 5000]), false],
    ['lacks what is nearly over', after(pool, ['b1', stated(MINUTE + 20_000), T]), false],
    ['lacks nothing', after(pool), false],
  ])('%s: %s', (_name, ours, tells) => {
    expect(knowsMore(ours, emptied, later)).toBe(tells);
    expect(knowsMore(ours, mergePools(emptied, ours), later)).toBe(false);
  });

  test('was cleared on purpose: no', () => {
    const ours = after(pool, ['b1', dead, T]);
    const cleared = reducePool(pool, ours, { kind: 'reset', token: null }, T + 1);
    expect(knowsMore(ours, cleared, later)).toBe(false);
  });
});

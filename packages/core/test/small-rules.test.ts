import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs, statedWaitMs } from '../src/backoff.ts';
import { isGlob, matchesGlob } from '../src/glob.ts';
import { weightedPick } from '../src/weighted-pick.ts';

describe('back-off', () => {
  const policy = { baseDelayMs: 2000, multiplier: 2, maxDelayMs: 16_000, jitter: 0.2 };

  test('doubles from the base to the cap', () => {
    expect([1, 2, 3, 4, 5].map((repeat) => backoffMs(repeat, policy, 0.5))).toEqual([
      2000, 4000, 8000, 16_000, 16_000,
    ]);
  });

  test('stays within the jitter for every draw', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (repeat, random) => {
          const plain = Math.min(2000 * 2 ** (repeat - 1), 16_000);
          const waited = backoffMs(repeat, policy, random);
          expect(waited).toBeGreaterThanOrEqual(plain * 0.8 - 1e-9);
          expect(waited).toBeLessThanOrEqual(plain * 1.2 + 1e-9);
        },
      ),
    );
  });

  test('a long one is at most 30 s longer, and none outlasts a day', () => {
    const hour = 3_600_000;
    expect(statedWaitMs(hour, 0.999)).toBeLessThan(hour + 30_000);
    expect(statedWaitMs(24 * hour, 0.999)).toBe(24 * hour);
  });

  test('a stated delay is never cut short and at most a fifth longer', () => {
    expect(statedWaitMs(1000, 0)).toBe(1000);
    expect(statedWaitMs(1000, 0.999)).toBeLessThan(1200);
  });
});

describe('a glob', () => {
  const cases: [string, string, boolean][] = [
    ['*', '', true],
    ['*', 'gpt-4o', true],
    ['gpt-4o*', 'gpt-4o', true],
    ['gpt-4o*', 'gpt-4o-mini', true],
    ['gpt-4o', 'gpt-4o-mini', false],
    ['*/gpt-?', 'openai/gpt-4', true],
    ['*/gpt-?', 'openai/gpt-44', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxbyy', false],
    ['a.c', 'abc', false],
    ['**', 'anything', true],
    ['*literal', 'has *literal', true],
  ];
  test.each(cases)('%s on %s: %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  test('means what a regular expression would', () => {
    const small = fc
      .array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(small, fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }), (pattern, letters) => {
        const text = letters.join('');
        const meant = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matchesGlob(pattern, text)).toBe(meant.test(text));
      }),
    );
  });

  test('is recognised by its wildcards', () => {
    expect([isGlob('gpt-4o'), isGlob('gpt-*'), isGlob('gpt-?')]).toEqual([false, true, true]);
  });
});

describe('a weighted pick', () => {
  test('takes each in proportion to its weight, and none of weight 0', () => {
    const picks = Array.from({ length: 1000 }, (_, index) => weightedPick([3, 0, 1], index / 1000));
    expect(picks.filter((index) => index === 0)).toHaveLength(750);
    expect(picks.filter((index) => index === 1)).toHaveLength(0);
    expect(picks.filter((index) => index === 2)).toHaveLength(250);
  });

  test('of nothing that weighs anything is none', () => {
    expect(weightedPick([0, 0], 0.5)).toBe(-1);
    expect(weightedPick([], 0.5)).toBe(-1);
  });
});

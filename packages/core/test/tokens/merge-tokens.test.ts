import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergeTokens } from '../../src/tokens/merge-tokens.ts';
import { mergePools } from '../../src/tokens/pool-state.ts';
import { reduceToken } from '../../src/tokens/reduce-token.ts';
import {
  blockOf,
  freshToken,
  MAX_BENCH_MS,
  type TokenEvent,
  type TokenState,
} from '../../src/tokens/token-state.ts';
import { after, poolOf } from './pools.ts';

const policy = { maxFailures: 3, blockForMs: 60_000 };
const HORIZON = 100 * 3_600_000;

const learned: fc.Arbitrary<TokenEvent> = fc.oneof(
  fc.constantFrom<TokenEvent>(
    { kind: 'success' },
    { kind: 'failure' },
    { kind: 'concurrency' },
    { kind: 'dead' },
  ),
  fc.record({
    kind: fc.constant('bench' as const),
    scope: fc.constantFrom('token' as const, 'account' as const),
    model: fc.constantFrom(null, 'm', 'n', '__proto__'),
    delayMs: fc.option(fc.integer({ min: -1000, max: 3 * MAX_BENCH_MS })),
    provenance: fc.constantFrom(
      'authoritative' as const,
      'heuristic' as const,
      'credit' as const,
      'tier' as const,
    ),
    reason: fc.constantFrom(
      'rate_limited' as const,
      'day_quota' as const,
      'no_credit' as const,
      'not_in_plan' as const,
    ),
  }),
);
const cleared = fc.constantFrom<TokenEvent>({ kind: 'reset' }, { kind: 'validated' });
const moments = fc.integer({ min: 0, max: HORIZON });
const history = (event: fc.Arbitrary<TokenEvent>) => fc.array(fc.tuple(event, moments), { maxLength: 12 });
const replay = (steps: [TokenEvent, number][], from: TokenState = freshToken) =>
  [...steps]
    .sort((a, b) => a[1] - b[1])
    .reduce((state, [event, nowMs]) => reduceToken(state, event, nowMs, policy), from);
const anyToken = history(fc.oneof({ weight: 6, arbitrary: learned }, { weight: 1, arbitrary: cleared })).map(
  (steps) => replay(steps),
);
const anyPool = fc
  .array(fc.tuple(fc.constantFrom('a1', 'a2', 'b1'), learned, moments), { maxLength: 12 })
  .map((steps) => after(poolOf(['a1', 'a2', 'b1']), ...steps.sort((a, b) => a[2] - b[2])));

describe('merging what two processes know', () => {
  test('is commutative and idempotent', () => {
    fc.assert(
      fc.property(anyToken, anyToken, (a, b) => {
        const merged = mergeTokens(a, b);
        expect(merged).toEqual(mergeTokens(b, a));
        expect(mergeTokens(merged, b)).toBe(merged);
        expect(mergeTokens(a, a)).toBe(a);
      }),
    );
    fc.assert(
      fc.property(anyPool, anyPool, (a, b) => {
        const merged = mergePools(a, b);
        expect(merged).toEqual(mergePools(b, a));
        expect(mergePools(merged, b)).toBe(merged);
      }),
    );
  });

  test('never shortens a penalty learned since the last clearing', () => {
    fc.assert(
      fc.property(
        history(learned),
        history(learned),
        fc.constantFrom(null, 'm', 'n', '__proto__'),
        moments,
        (ours, theirs, model, nowMs) => {
          const [a, b] = [replay(ours), replay(theirs)];
          const untilMs = (state: TokenState) => blockOf(state, model, nowMs)?.untilMs ?? 0;
          expect(untilMs(mergeTokens(a, b))).toBe(Math.max(untilMs(a), untilMs(b)));
        },
      ),
    );
  });

  test('lets a clearing win over what was learned before it', () => {
    const blocked = replay([[{ kind: 'dead' }, 5]]);
    const reset = reduceToken(blocked, { kind: 'reset' }, 10, policy);
    expect(mergeTokens(blocked, reset)).toEqual(mergeTokens(reset, blocked));
    expect(blockOf(mergeTokens(blocked, reset), null, 11)).toBeNull();
  });

  test('takes the count of refusals from the view that saw the token last', () => {
    const stale = replay([
      [{ kind: 'failure' }, 1],
      [{ kind: 'failure' }, 2],
    ]);
    const fresh = reduceToken(stale, { kind: 'success' }, 3, policy);
    expect(mergeTokens(stale, fresh).failures).toBe(1);
  });

  test('follows the later move of the pool', () => {
    const pool = poolOf(['a1', 'b1', 'c1']);
    const [start] = [after(pool)];
    const early = { ...start, current: 'b1', movedMs: 5 };
    const late = { ...start, current: 'c1', movedMs: 9 };
    expect(mergePools(early, late).current).toBe('c1');
    expect(mergePools(late, early)).toBe(late);
  });
});

describe('a token', () => {
  test('is never benched for more than a day, nor shortened by anything but a clearing', () => {
    fc.assert(
      fc.property(history(learned), fc.constantFrom(null, 'm', 'n'), (steps, model) => {
        let state = freshToken;
        for (const [event, nowMs] of [...steps].sort((a, b) => a[1] - b[1])) {
          const before = blockOf(state, model, nowMs)?.untilMs ?? 0;
          state = reduceToken(state, event, nowMs, policy);
          const untilMs = blockOf(state, model, nowMs)?.untilMs ?? 0;
          expect(untilMs).toBeGreaterThanOrEqual(before);
          expect(untilMs).toBeLessThanOrEqual(nowMs + MAX_BENCH_MS);
        }
      }),
    );
  });

  test('survives JSON', () => {
    fc.assert(fc.property(anyToken, (state) => expect(JSON.parse(JSON.stringify(state))).toEqual(state)));
  });
});

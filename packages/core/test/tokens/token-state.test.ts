import { describe, expect, test } from '@jest/globals';
import { reduceToken } from '../../src/tokens/reduce-token.ts';
import {
  blockOf,
  freshToken,
  MAX_BENCH_MS,
  prunedToken,
  REVALIDATE_AFTER_MS,
  type TokenEvent,
  type TokenState,
} from '../../src/tokens/token-state.ts';
import { dayQuota, dead, failure, noCredit, stated, success } from './pools.ts';

const T = Date.UTC(2026, 10, 21, 22, 0, 0);
const HOUR = 3_600_000;
const policy = { maxFailures: 3, blockForMs: 60_000 };
const after = (...steps: [TokenEvent, number][]): TokenState =>
  steps.reduce((state, [event, nowMs]) => reduceToken(state, event, nowMs, policy), freshToken);

describe('what an event does to a token', () => {
  test.each<[name: string, state: TokenState, model: string, reason: string | null, untilMs: number | null]>([
    ['a stated delay cools at once', after([stated(2000), T]), 'm', 'rate_limited', T + 2000],
    ['a refusal without one only counts', after([failure, T]), 'm', null, null],
    ['two count', after([failure, T], [failure, T + 1]), 'm', null, null],
    [
      'the third in a row blocks',
      after([failure, T], [failure, T], [failure, T + 5]),
      'm',
      'repeated_failures',
      T + 60_005,
    ],
    [
      'a success takes one off',
      after([failure, T], [failure, T], [success, T], [failure, T]),
      'm',
      null,
      null,
    ],
    ['a day quota benches its model', after([dayQuota('m', 5_631_000), T]), 'm', 'day_quota', T + 5_631_000],
    ['and no other model', after([dayQuota('m', 5_631_000), T]), 'other', null, null],
    [
      'an unstated day quota ends at midnight UTC',
      after([dayQuota('m', null), T]),
      'm',
      'day_quota',
      T + 2 * HOUR,
    ],
    ['no credit rests for an hour', after([noCredit, T]), 'm', 'no_credit', T + HOUR],
    ['a concurrency cap is no fault', after([{ kind: 'concurrency' }, T]), 'm', null, null],
    ['no bench outlives a day', after([stated(90 * HOUR), T]), 'm', 'rate_limited', T + MAX_BENCH_MS],
    ['a negative delay is none', after([stated(-5), T]), 'm', null, null],
    ['a dead token is out', after([dead, T]), 'm', 'invalid', T + HOUR + 300_000],
    [
      'the longest block is named',
      after([dead, T], [dayQuota('m', 20 * HOUR), T]),
      'm',
      'day_quota',
      T + 20 * HOUR,
    ],
    [
      'a shorter delay does not shorten',
      after([stated(9000), T], [stated(1000), T]),
      'm',
      'rate_limited',
      T + 9000,
    ],
    ['a model named like a property', freshToken, 'constructor', null, null],
  ])('%s', (_name, state, model, reason, untilMs) => {
    const block = blockOf(state, model, T);
    expect([block?.reason ?? null, block?.untilMs ?? null]).toEqual([reason, untilMs]);
  });

  test('a plan wall without a time lasts a day, for its model', () => {
    const wall: TokenEvent = {
      kind: 'bench',
      scope: 'token',
      model: 'm',
      delayMs: null,
      provenance: 'tier',
      reason: 'not_in_plan',
    };
    expect(blockOf(after([wall, T]), 'm', T)).toMatchObject({
      untilMs: T + MAX_BENCH_MS,
      reason: 'not_in_plan',
    });
  });

  test('a bench ends by itself', () => {
    expect(blockOf(after([stated(2000), T]), 'm', T + 2000)).toBeNull();
  });

  test('a token that was blocked is blocked again by its next refusal, and freed of that by successes', () => {
    const blocked = after([failure, T], [failure, T], [failure, T]);
    const later = T + 61_000;
    expect(blockOf(reduceToken(blocked, failure, later, policy), 'm', later)).toMatchObject({
      untilMs: later + 60_000,
    });
    const recovered = reduceToken(blocked, success, later, policy);
    expect(blockOf(reduceToken(recovered, failure, later, policy), 'm', later)).toMatchObject({
      untilMs: later + 60_000,
    });
    const healed = reduceToken(recovered, success, later, policy);
    expect(blockOf(reduceToken(healed, failure, later, policy), 'm', later)).toBeNull();
  });

  test('successes on a healthy token within a second change nothing at all', () => {
    const used = after([success, T]);
    expect(reduceToken(used, success, T + 999, policy)).toBe(used);
    expect(reduceToken(used, success, T + 1000, policy).lastUsedMs).toBe(T + 1000);
  });

  test('each refused validation puts the next one an hour off, and the token stays dead since the first', () => {
    const again = after([dead, T], [dead, T + HOUR]);
    expect(again.invalid).toMatchObject({ sinceMs: T, notBeforeMs: T + HOUR + REVALIDATE_AFTER_MS });
  });

  test('a live success after the time of a dead token ends its death', () => {
    const tried = T + 2 * HOUR;
    expect(reduceToken(after([dead, T]), success, tried, policy).invalid).toBeNull();
    expect(reduceToken(after([dead, T]), success, T + 5, policy).invalid).not.toBeNull();
  });
});

describe('clearing', () => {
  test('a validation ends what was guessed and keeps what the provider stated', () => {
    const state = after([failure, T], [failure, T], [failure, T], [dead, T], [dayQuota('m', HOUR), T]);
    const validated = reduceToken(state, { kind: 'validated' }, T + 1000, policy);
    expect(blockOf(validated, 'other', T + 1000)).toBeNull();
    expect(blockOf(validated, 'm', T + 1000)).toMatchObject({ reason: 'day_quota' });
    const statedOnly = after([stated(HOUR), T]);
    expect(reduceToken(statedOnly, { kind: 'validated' }, T + 1000, policy)).toBe(statedOnly);
  });

  test('after an early return the next refusal blocks again', () => {
    const state = after([failure, T], [failure, T], [failure, T]);
    const back = reduceToken(state, { kind: 'validated' }, T + 1000, policy);
    expect(blockOf(reduceToken(back, failure, T + 2000, policy), 'm', T + 2000)).not.toBeNull();
  });

  test('an acquittal drops every guess and no statement', () => {
    const guess = { ...dayQuota('n', null), reason: 'refused' } as TokenEvent;
    const state = after(
      [failure, T],
      [failure, T],
      [failure, T],
      [guess, T],
      [dayQuota('m', HOUR), T],
      [dead, T],
    );
    const acquitted = reduceToken(state, { kind: 'acquitted' }, T + 1000, policy);
    expect(acquitted).toMatchObject({ failures: 0, cooling: null, epochMs: T + 1000 });
    expect(Object.keys(acquitted.models)).toEqual(['m']);
    expect(acquitted.invalid).not.toBeNull();
    expect(reduceToken(acquitted, { kind: 'acquitted' }, T + 2000, policy)).toBe(acquitted);
  });

  test('an event that arrives late shortens nothing and does not make the token older', () => {
    const state = after([dead, T], [success, T]);
    const late = reduceToken(state, dead, T - HOUR, policy);
    expect(late.invalid).toEqual(state.invalid);
    expect(late.lastUsedMs).toBe(T);
  });

  test('a reset leaves nothing but the last use', () => {
    const state = after([dead, T], [dayQuota('m', HOUR), T], [stated(HOUR), T + 1]);
    expect(reduceToken(state, { kind: 'reset' }, T + 2, policy)).toEqual({
      ...freshToken,
      epochMs: T + 2,
      lastUsedMs: T + 1,
    });
  });

  test('pruning drops what has run out, and only that', () => {
    const state = after([stated(1000), T], [dayQuota('m', 1000), T], [dayQuota('n', HOUR), T]);
    const pruned = prunedToken(state, T + 1000);
    expect(pruned.cooling).toBeNull();
    expect(Object.keys(pruned.models)).toEqual(['n']);
    expect(prunedToken(pruned, T + 1000)).toBe(pruned);
  });

  test('refusals for ever new model names do not fill the memory', () => {
    const steps = Array.from({ length: 500 }, (_, index): [TokenEvent, number] => [
      dayQuota(`m${index}`, HOUR + index),
      T,
    ]);
    const { models } = after(...steps);
    expect(Object.keys(models)).toHaveLength(200);
    expect(models).toHaveProperty('m499');
  });
});

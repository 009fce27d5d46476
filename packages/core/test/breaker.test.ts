import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  admission,
  type BreakerEvent,
  type BreakerState,
  closedBreaker,
  reduceBreaker,
} from '../src/breaker.ts';

const settings = { maxFailures: 3, openForMs: 30_000, halfOpenRequests: 1, rampMs: 30_000 };
const failure: BreakerEvent = { kind: 'failure', spread: 0 };
const success: BreakerEvent = { kind: 'success' };

/** Applies events, each `stepMs` after the one before. */
const after = (
  events: readonly BreakerEvent[],
  state: BreakerState = closedBreaker,
  fromMs = 0,
  stepMs = 1,
) =>
  events.reduce((next, event, index) => reduceBreaker(next, event, fromMs + index * stepMs, settings), state);

describe('a breaker', () => {
  test('opens after the configured failures in a row, and not before', () => {
    expect(after([failure, failure]).kind).toBe('closed');
    expect(after([failure, failure, failure])).toEqual({ kind: 'open', untilMs: 30_002, trips: 1 });
  });

  test('forgets failures with a success: only a row counts', () => {
    expect(after([failure, failure, success, failure, failure]).kind).toBe('closed');
  });

  test('refuses while open, then lets as many trials through as configured', () => {
    const open = after([failure, failure, failure]);
    expect(admission(open, 30_001, settings)).toEqual({ kind: 'refused', untilMs: 30_002 });
    expect(admission(open, 30_002, settings)).toEqual({ kind: 'trial' });
    const trying = reduceBreaker(open, { kind: 'trial_started' }, 30_002, settings);
    expect(admission(trying, 30_003, settings).kind).toBe('refused');
    const released = reduceBreaker(trying, { kind: 'trial_released' }, 30_004, settings);
    expect(admission(released, 30_005, settings).kind).toBe('trial');
  });

  test('opens for twice as long with each failed trial, at most five minutes', () => {
    let state = after([failure, failure, failure]);
    const openForMs: number[] = [];
    let nowMs = 2;
    for (let trip = 0; trip < 6; trip++) {
      if (state.kind !== 'open') throw new Error(`expected it open, it is ${state.kind}`);
      openForMs.push(state.untilMs - nowMs);
      nowMs = state.untilMs;
      state = reduceBreaker(
        reduceBreaker(state, { kind: 'trial_started' }, nowMs, settings),
        failure,
        nowMs,
        settings,
      );
    }
    expect(openForMs).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  });

  test('takes traffic back from a tenth to all of it over the ramp, and forgets its trips after that', () => {
    const open = after([failure, failure, failure]);
    const back = reduceBreaker(open, success, 40_000, settings);
    expect(admission(back, 40_000, settings)).toEqual({ kind: 'closed', share: 0.1 });
    expect(admission(back, 55_000, settings)).toEqual({ kind: 'closed', share: 0.55 });
    expect(admission(back, 70_000, settings)).toEqual({ kind: 'closed', share: 1 });
    expect(reduceBreaker(back, success, 70_000, settings)).toEqual(closedBreaker);
  });

  test('takes over the longer time of another replica and never a shorter one', () => {
    const open = after([failure, failure, failure]);
    expect(reduceBreaker(open, { kind: 'opened_elsewhere', untilMs: 90_000 }, 10, settings)).toMatchObject({
      untilMs: 90_000,
    });
    expect(reduceBreaker(open, { kind: 'opened_elsewhere', untilMs: 20_000 }, 10, settings)).toEqual(open);
    expect(reduceBreaker(closedBreaker, { kind: 'opened_elsewhere', untilMs: 5 }, 10, settings)).toEqual(
      closedBreaker,
    );
  });

  test('whatever happens: never open for longer than six minutes, and a single endpoint always gets a trial in the end', () => {
    const event: fc.Arbitrary<BreakerEvent> = fc.oneof(
      fc.constant(success),
      fc
        .double({ min: -1, max: 1, noNaN: true })
        .map((spread): BreakerEvent => ({ kind: 'failure', spread })),
      fc.constant<BreakerEvent>({ kind: 'trial_started' }),
      fc.constant<BreakerEvent>({ kind: 'trial_released' }),
      fc
        .integer({ min: 0, max: 1e12 })
        .map((untilMs): BreakerEvent => ({ kind: 'opened_elsewhere', untilMs })),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(event, fc.integer({ min: 0, max: 60_000 })), { maxLength: 60 }),
        (steps) => {
          let nowMs = 0;
          let state = closedBreaker;
          for (const [next, waitMs] of steps) {
            nowMs += waitMs;
            state = reduceBreaker(state, next, nowMs, settings);
            if (state.kind === 'open') expect(state.untilMs - nowMs).toBeLessThanOrEqual(360_000);
            if (state.kind === 'half_open') expect(state.trials).toBeGreaterThanOrEqual(0);
          }
          if (state.kind === 'half_open')
            for (let i = state.trials; i > 0; i--)
              state = reduceBreaker(state, { kind: 'trial_released' }, nowMs, settings);
          expect(admission(state, nowMs + 360_001, settings).kind).not.toBe('refused');
        },
      ),
    );
  });
});

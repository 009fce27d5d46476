import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addUsage,
  type ModelLimits,
  type ModelUsage,
  noUsage,
  reduceUsage,
  usageAt,
  wouldExceed,
} from '../src/model-limits.ts';

const T = Date.UTC(2026, 10, 21, 12, 0, 0);
const MINUTE = 60_000;
const MIDNIGHT = Date.UTC(2026, 10, 22);
const open: ModelLimits = {
  rpm: null,
  rpd: null,
  tpm: null,
  maxInput: null,
  maxOutput: null,
  concurrency: null,
};
const small = { inputUsage: 100, outputUsage: null };
/** `count` requests of 100 that have ended, at `atMs`. */
const used = (count: number, atMs: number, from: ModelUsage = noUsage): ModelUsage => {
  let usage = from;
  for (let index = 0; index < count; index++) {
    usage = reduceUsage(usage, { kind: 'started', inputUsage: 100 }, atMs);
    usage = reduceUsage(usage, { kind: 'ended', inputUsage: 100, usage: 100 }, atMs);
  }
  return usage;
};

describe('a limit', () => {
  test.each<[string, Partial<ModelLimits>, ModelUsage, number, object | null]>([
    ['nothing limited, nothing hit', {}, used(1000, T), T, null],
    ['rpm with room for one', { rpm: 10 }, used(9, T), T, null],
    [
      'rpm full: back when the last minute has thinned out',
      { rpm: 10 },
      used(10, T),
      T + 1000,
      { limit: 'rpm', untilMs: T + MINUTE * 1.1 },
    ],
    ['half a minute later half of the last minute counts', { rpm: 10 }, used(10, T), T + 1.5 * MINUTE, null],
    [
      'right after the minute nearly all of it counts',
      { rpm: 10 },
      used(10, T),
      T + MINUTE,
      { limit: 'rpm', untilMs: T + MINUTE * 1.1 },
    ],
    ['two minutes later nothing counts', { rpm: 10 }, used(10, T), T + 2 * MINUTE, null],
    ['rpd: until midnight UTC', { rpd: 50 }, used(50, T), T + MINUTE, { limit: 'rpd', untilMs: MIDNIGHT }],
    ['rpd: a new day', { rpd: 50 }, used(50, T), MIDNIGHT, null],
    ['rpd outlasts rpm', { rpd: 5, rpm: 5 }, used(5, T), T, { limit: 'rpd', untilMs: MIDNIGHT }],
    ['tpm', { tpm: 1000 }, used(10, T), T, { limit: 'tpm', untilMs: T + MINUTE * 1.1 }],
    ['input too large, ever', { maxInput: 99 }, noUsage, T, { limit: 'max_input', untilMs: null }],
    ['input that just fits', { maxInput: 100 }, noUsage, T, null],
  ])('%s', (_name, limits, usage, nowMs, hit) => {
    expect(wouldExceed({ ...open, ...limits }, usage, small, nowMs)).toEqual(hit);
  });

  test('the output asked for counts when the request names one', () => {
    expect(
      wouldExceed({ ...open, maxOutput: 4000 }, noUsage, { inputUsage: 1, outputUsage: 4001 }, T),
    ).toMatchObject({ limit: 'max_output' });
    expect(
      wouldExceed({ ...open, maxOutput: 4000 }, noUsage, { inputUsage: 1, outputUsage: 4000 }, T),
    ).toBeNull();
  });

  test('requests in flight count until they end', () => {
    const limits = { ...open, concurrency: 2 };
    const one = reduceUsage(noUsage, { kind: 'started', inputUsage: 1 }, T);
    const two = reduceUsage(one, { kind: 'started', inputUsage: 1 }, T);
    expect(wouldExceed(limits, one, small, T)).toBeNull();
    expect(wouldExceed(limits, two, small, T)).toEqual({ limit: 'concurrency', untilMs: null });
    expect(
      wouldExceed(limits, reduceUsage(two, { kind: 'ended', inputUsage: 1, usage: null }, T), small, T),
    ).toBeNull();
  });

  test('a request larger than tpm may try an idle account, and only that', () => {
    const limits = { ...open, tpm: 1000 };
    const large = { inputUsage: 5000, outputUsage: null };
    expect(wouldExceed(limits, noUsage, large, T)).toBeNull();
    expect(wouldExceed(limits, used(1, T), large, T)).toMatchObject({ limit: 'tpm' });
  });

  test('there is room at the moment it names, and none a second before', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 2 * MINUTE }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 12 }), (pauses, rpm) => {
        const limits = { ...open, rpm };
        let nowMs = T;
        let usage = noUsage;
        for (const pause of pauses) {
          nowMs += pause;
          const hit = wouldExceed(limits, usage, small, nowMs);
          if (hit === null) {
            usage = used(1, nowMs, usage);
            continue;
          }
          expect(wouldExceed(limits, usage, small, Math.ceil(hit.untilMs!) + 1)).toBeNull();
          if (hit.untilMs! - 1000 > nowMs)
            expect(wouldExceed(limits, usage, small, hit.untilMs! - 1000)).not.toBeNull();
        }
      }),
    );
  });
});

describe('usage', () => {
  test('is corrected by what the answer says', () => {
    const started = reduceUsage(noUsage, { kind: 'started', inputUsage: 100 }, T);
    expect(reduceUsage(started, { kind: 'ended', inputUsage: 100, usage: 340 }, T).minuteUsage).toBe(340);
    expect(reduceUsage(started, { kind: 'ended', inputUsage: 100, usage: null }, T).minuteUsage).toBe(100);
  });

  test('of several processes adds up, each rolled to now', () => {
    const together = addUsage(used(3, T), used(4, T - MINUTE), T);
    expect(together).toMatchObject({ minuteRequests: 3, previousRequests: 4, dayRequests: 7 });
  });

  test('of the running minute and day is the same object', () => {
    const usage = used(1, T);
    expect(usageAt(usage, T + 59_999)).toBe(usage);
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type EndpointScore,
  freshScore,
  nextWeight,
  reduceScore,
  type ScoreSample,
} from '../src/dynamic-weight.ts';

const ok = (latencyMs: number): ScoreSample => ({ ok: 1, failed: 0, latencyMs, spreadMs: null });
const failed: ScoreSample = { ok: 0, failed: 1, latencyMs: null, spreadMs: null };
const scoreAfter = (samples: ScoreSample[]) => samples.reduce(reduceScore, freshScore);

/** The weight an endpoint settles at when its score stays. */
function settled(score: EndpointScore, usualMs: number | null): { weight: number; reason: string | null } {
  let result: { weight: number; reason: string | null } = { weight: 100, reason: null };
  for (let step = 0; step < 30; step += 1) {
    result = nextWeight({ configured: 100, score, usualMs, current: result.weight });
  }
  return result;
}

describe('the weight follows what an endpoint is worth', () => {
  test('a good endpoint keeps all of it, without a reason', () => {
    expect(settled(scoreAfter([ok(100), ok(110), ok(90)]), 110)).toEqual({ weight: 100, reason: null });
  });

  test('a slow one loses in proportion, and says so', () => {
    const { weight, reason } = settled(scoreAfter([ok(400), ok(400), ok(400)]), 200);
    expect(weight).toBeCloseTo(50, 0);
    expect(reason).toBe(`weight ${weight} of 100: 2.0 x slower than its peers`);
  });

  test('an unsteady one loses although its mean is usual', () => {
    const steady = scoreAfter(Array.from({ length: 20 }, () => ok(200)));
    const unsteady = scoreAfter(Array.from({ length: 20 }, (_, index) => ok(index % 2 ? 10 : 390)));
    expect(settled(unsteady, 200).weight).toBeLessThan(settled(steady, 200).weight);
  });

  test('failures in a row halve it, one success ends the row', () => {
    const good = Array.from({ length: 10 }, () => ok(100));
    const failing = settled(scoreAfter([...good, failed, failed]), 100);
    expect(failing.weight).toBeLessThan(15);
    expect(failing.reason).toContain('2 failures in a row');
    expect(scoreAfter([...good, failed, failed, ok(100)]).failuresInRow).toBe(0);
  });

  test('failing fast never attracts traffic: failures leave the latency alone', () => {
    const before = scoreAfter([ok(1000), ok(1000)]);
    expect(reduceScore(before, { ok: 0, failed: 50, latencyMs: null, spreadMs: null }).latencyMs).toBe(
      before.latencyMs,
    );
  });

  test('what traffic told in a while counts as one sample', () => {
    const score = scoreAfter([{ ok: 9, failed: 1, latencyMs: 200, spreadMs: 50 }]);
    expect(score).toMatchObject({ latencyMs: 200, failuresInRow: 0 });
    expect(score.successShare).toBeCloseTo(0.97);
    expect(score.spreadMs).toBeCloseTo(15);
    expect(scoreAfter([{ ok: 0, failed: 0, latencyMs: null, spreadMs: null }])).toEqual(freshScore);
  });
});

test('it stays between a tenth and all of the configured weight, and moves half the way at most', () => {
  const sample = fc.record({
    ok: fc.nat(50),
    failed: fc.nat(50),
    latencyMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    spreadMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
  });
  fc.assert(
    fc.property(
      fc.array(sample, { maxLength: 30 }),
      fc.option(fc.double({ min: 1, max: 1e6, noNaN: true })),
      (samples, usualMs) => {
        const { weight } = nextWeight({ configured: 80, score: scoreAfter(samples), usualMs, current: 80 });
        expect(weight).toBeGreaterThanOrEqual(40);
        expect(weight).toBeLessThanOrEqual(80);
        const lowest = nextWeight({ configured: 80, score: scoreAfter(samples), usualMs, current: 8 });
        expect(lowest.weight).toBeGreaterThanOrEqual(8);
      },
    ),
  );
});

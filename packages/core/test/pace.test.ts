import { describe, expect, test } from '@jest/globals';
import { lifted, type Pace, refusedOnceMore, unknownPace, unstatedRestMs } from '../src/delays/pace.ts';

const NOON = Date.UTC(2026, 0, 1, 12);

const after = (refusals: number, atMs = NOON): Pace =>
  Array.from({ length: refusals }).reduce<Pace>((pace) => refusedOnceMore(pace, atMs), unknownPace);

describe('the rest after a limit that names no time', () => {
  test('climbs with every refusal in a row, to a minute', () => {
    const rests = [1, 2, 3, 4, 5, 6].map((count) => unstatedRestMs(after(count), NOON + 20_000));
    expect(rests).toEqual([1000, 2000, 40_000, 30_000, 60_000, 60_000]);
  });

  test('lasts to the minute of the clock the third time, and no less than 15 s', () => {
    expect(unstatedRestMs(after(3), NOON + 58_000)).toBe(15_000);
    expect(unstatedRestMs(after(3), NOON)).toBe(60_000);
  });

  test('begins with what was learned, within a second and a minute', () => {
    const learned = lifted(after(2), NOON + 12_000);
    expect(unstatedRestMs(refusedOnceMore(learned, NOON), NOON)).toBe(12_000);
    expect(unstatedRestMs(refusedOnceMore(lifted(after(1), NOON + 20), NOON), NOON)).toBe(1000);
    expect(unstatedRestMs(refusedOnceMore(lifted(after(1), NOON + 3_600_000), NOON), NOON)).toBe(60_000);
  });

  test('learns slowly, and nothing from an answer that follows no refusal', () => {
    const once = lifted(after(1), NOON + 10_000);
    expect(lifted(once, NOON + 99_000)).toBe(once);
    expect(lifted(refusedOnceMore(once, NOON), NOON + 20_000).clearsInMs).toBe(13_000);
  });
});

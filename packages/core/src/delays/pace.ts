/** What limits that name no time have taught of an endpoint, for one model or for all. Times are ms. */
export interface Pace {
  /** Refusals in a row, a rest after each. */
  readonly refusals: number;
  /** When the first of them came. */
  readonly sinceMs: number;
  /** Smoothed time until an answer came again; null: not seen yet. */
  readonly clearsInMs: number | null;
}

export const unknownPace: Pace = { refusals: 0, sinceMs: 0, clearsInMs: null };

export const refusedOnceMore = (pace: Pace, nowMs: number): Pace => ({
  ...pace,
  refusals: pace.refusals + 1,
  sinceMs: pace.refusals === 0 ? nowMs : pace.sinceMs,
});

/** An answer came: the limit is lifted. */
export function lifted(pace: Pace, nowMs: number): Pace {
  if (pace.refusals === 0) return pace;
  const tookMs = nowMs - pace.sinceMs;
  const { clearsInMs } = pace;
  return {
    ...unknownPace,
    clearsInMs: clearsInMs === null ? tookMs : clearsInMs + 0.3 * (tookMs - clearsInMs),
  };
}

const MINUTE_MS = 60_000;
const SHORTEST_MS = 1000;
/** Most limits are counted by the minute of the clock, and nothing shorter than a quarter of one is worth the third try. */
const LADDER: readonly ((nowMs: number) => number)[] = [
  () => SHORTEST_MS,
  () => 2000,
  (nowMs) => Math.max(15_000, MINUTE_MS - (nowMs % MINUTE_MS)),
  () => 30_000,
  () => MINUTE_MS,
];

/** How long to rest after the latest refusal: what was learned, then a ladder. `nowMs` counts from the epoch. */
export function unstatedRestMs({ refusals, clearsInMs }: Pace, nowMs: number): number {
  if (refusals <= 1 && clearsInMs !== null) return Math.min(Math.max(clearsInMs, SHORTEST_MS), MINUTE_MS);
  return LADDER[Math.min(Math.max(refusals, 1), LADDER.length) - 1]!(nowMs);
}

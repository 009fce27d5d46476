const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Milliseconds from `nowMs` until the next full `hour` o'clock UTC: when a provider's quota day ends that names no time. */
export function untilUtcHourMs(nowMs: number, hour: number): number {
  const sinceMs = (((nowMs - hour * HOUR_MS) % DAY_MS) + DAY_MS) % DAY_MS;
  return DAY_MS - sinceMs;
}

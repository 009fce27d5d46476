/** When a second attempt beside a late first one is worth it, learned per route. */
export interface Hedging {
  /** Notes a stream's time to first content in ms. */
  note(firstContentMs: number): void;
  /** Counts a request that could be hedged; returns after how many ms, or null while too little is known. */
  lateAfterMs(): number | null;
  /** Takes one of the extra requests that are allowed; false when they are used up. */
  take(): boolean;
}

const SAMPLES = 200;
const ENOUGH = 20;
/** Extra requests, of all. */
const MAX_SHARE = 0.05;
/** Counts are halved here, so that old quiet times do not pay for a storm. */
const WINDOW = 1000;

export function createHedging(): Hedging {
  const samples: number[] = [];
  let next = 0;
  let p95Ms: number | null = null;
  let requests = 0;
  let hedges = 0;
  return {
    note(firstContentMs) {
      samples[next] = firstContentMs;
      next = (next + 1) % SAMPLES;
      if (samples.length < ENOUGH || (p95Ms !== null && next % ENOUGH !== 0)) return;
      const sorted = samples.toSorted((a, b) => a - b);
      p95Ms = sorted[Math.floor(sorted.length * 0.95)]!;
    },
    lateAfterMs() {
      requests++;
      if (requests >= WINDOW) {
        requests /= 2;
        hedges /= 2;
      }
      return p95Ms;
    },
    take() {
      if (hedges + 1 > requests * MAX_SHARE) return false;
      hedges++;
      return true;
    },
  };
}

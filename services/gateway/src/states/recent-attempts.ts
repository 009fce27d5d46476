import type { Verdict } from '@holdfast/core/verdict';

/** The latest attempts at one endpoint, for people: a few writes into arrays per attempt, all else when somebody looks. */
export interface RecentAttempts {
  /** `tookMs`: until the first content, the whole answer, or the failure. */
  note(nowMs: number, tookMs: number, verdict: Verdict): void;
  view(nowMs: number): RecentView;
}

export interface RecentView {
  /** Attempts per second over the last minute; of very many, over as long as they are remembered. */
  readonly perSecond: number;
  /** Of the last five minutes; null when there was none. */
  readonly p95Ms: number | null;
  readonly lastError: LastError | null;
}

/** A failure that the endpoint, its credential or its model is to blame for. */
export interface LastError {
  readonly atMs: number;
  readonly result: string;
  /** Public words: no address, nothing the provider wrote. */
  readonly summary: string;
}

const KEPT = 512;
const RATE_WINDOW_MS = 60_000;
const P95_WINDOW_MS = 300_000;

export function createRecentAttempts(): RecentAttempts {
  const at = new Float64Array(KEPT).fill(Number.NEGATIVE_INFINITY);
  const took = new Float64Array(KEPT);
  let next = 0;
  let lastError: LastError | null = null;

  function perSecond(nowMs: number): number {
    const oldestMs = at[next]!;
    const windowMs = Math.min(RATE_WINDOW_MS, Math.max(1, nowMs - oldestMs));
    return (at.filter((atMs) => nowMs - atMs <= windowMs).length * 1000) / windowMs;
  }

  return {
    note(nowMs, tookMs, { result, scope, summary }) {
      at[next] = nowMs;
      took[next] = tookMs;
      next = (next + 1) % KEPT;
      if (scope !== 'none' && result !== 'ok') lastError = { atMs: nowMs, result, summary };
    },
    view(nowMs) {
      const times = took.filter((_, index) => nowMs - at[index]! <= P95_WINDOW_MS).sort();
      return {
        perSecond: perSecond(nowMs),
        p95Ms: times.length === 0 ? null : times[Math.ceil(times.length * 0.95) - 1]!,
        lastError,
      };
    },
  };
}

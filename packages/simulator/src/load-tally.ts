import type { LoadResult } from './load-request.ts';

export interface LoadSummary {
  readonly requests: number;
  readonly ok: number;
  /** Not sent: too many were open. */
  readonly dropped: number;
  /** Status, or `no answer` and `cut stream`, of those that were not ok. */
  readonly failures: Readonly<Record<string, number>>;
  /** `x-holdfast-fallback` of the answers. */
  readonly fallbacks: Readonly<Record<string, number>>;
  /** Of complete answers; null without any. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface LoadTally {
  add(result: LoadResult): void;
  drop(): void;
  summary(): LoadSummary;
  /** The summary in one line, for the last `seconds`. */
  line(seconds: number): string;
}

/** Newest durations kept for the percentiles. */
const MAX_DURATIONS = 10_000;

export function createLoadTally(): LoadTally {
  const failures: Record<string, number> = {};
  const fallbacks: Record<string, number> = {};
  const durations: number[] = [];
  let requests = 0;
  let ok = 0;
  let dropped = 0;

  function summary(): LoadSummary {
    const sorted = durations.toSorted((a, b) => a - b);
    const percentile = (share: number) => sorted[Math.floor(sorted.length * share)] ?? null;
    return {
      requests,
      ok,
      dropped,
      failures: { ...failures },
      fallbacks: { ...fallbacks },
      p50Ms: percentile(0.5),
      p95Ms: percentile(0.95),
    };
  }

  return {
    add(result) {
      requests += 1;
      if (result.ok) {
        durations[ok % MAX_DURATIONS] = result.durationMs;
        ok += 1;
      } else {
        count(failures, labelOf(result));
      }
      if (result.fallback !== null) count(fallbacks, result.fallback);
    },
    drop() {
      dropped += 1;
    },
    summary,
    line(seconds) {
      const { p50Ms, p95Ms } = summary();
      return [
        `${requests} requests in ${seconds} s`,
        `${ok} ok`,
        ...(ok < requests ? [`${requests - ok} failed (${listed(failures)})`] : []),
        ...(dropped > 0 ? [`${dropped} dropped`] : []),
        ...(Object.keys(fallbacks).length > 0 ? [`fallback ${listed(fallbacks)}`] : []),
        ...(p50Ms !== null && p95Ms !== null
          ? [`p50 ${Math.round(p50Ms)} ms, p95 ${Math.round(p95Ms)} ms`]
          : []),
      ].join(', ');
    },
  };
}

function labelOf({ status, error }: LoadResult): string {
  if (status === null) return 'no answer';
  return error === null ? `${status}` : 'cut stream';
}

function count(counts: Record<string, number>, label: string): void {
  counts[label] = (counts[label] ?? 0) + 1;
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([label, amount]) => `${label}: ${amount}`)
    .join(', ');
}

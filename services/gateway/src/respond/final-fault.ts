import type { Verdict } from '@holdfast/core/verdict';
import type { GaveUp } from '../plan/plan.ts';

/** What is left to tell the client when nothing helped. */
export interface FinalFault {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  /** Seconds for `retry-after`; null when not known. */
  readonly retryAfterS: number | null;
}

/**
 * An honest status for a request that failed everywhere: what all attempts agree on, else 502. The codes are those of
 * CONTRACT 4.2.
 */
export function finalFault(
  verdicts: readonly Verdict[],
  { because, untilMs, clientStatus }: GaveUp,
  nowMs: number,
): FinalFault {
  const retryAfterS = untilMs === null ? null : Math.max(1, Math.ceil((untilMs - nowMs) / 1000));
  if (verdicts.length === 0 && because === 'deadline') {
    return { status: 504, type: 'upstream_error', code: 'deadline_exceeded', retryAfterS };
  }
  if (clientStatus === 429)
    return { status: 429, type: 'rate_limit_error', code: 'rate_limited', retryAfterS: retryAfterS ?? 1 };
  if (clientStatus === 413)
    return { status: 413, type: 'invalid_request_error', code: 'request_too_large', retryAfterS: null };
  if (clientStatus === 404)
    return { status: 404, type: 'invalid_request_error', code: 'model_not_found', retryAfterS: null };
  if (clientStatus !== null || verdicts.length === 0) {
    return {
      status: 503,
      type: 'upstream_error',
      code: 'no_endpoint_available',
      retryAfterS: retryAfterS ?? 1,
    };
  }
  const statuses = new Set(verdicts.map((verdict) => verdict.clientStatus));
  const [first] = statuses;
  const status = statuses.size === 1 ? first! : 502;
  switch (status) {
    case 429:
      return {
        status,
        type: 'rate_limit_error',
        code: 'rate_limited',
        retryAfterS: retryAfterS ?? soonestBench(verdicts) ?? 1,
      };
    case 413:
      return { status, type: 'invalid_request_error', code: 'request_too_large', retryAfterS: null };
    case 404:
      return { status, type: 'invalid_request_error', code: 'model_not_found', retryAfterS: null };
    case 503:
      return {
        status,
        type: 'upstream_error',
        code: 'all_attempts_failed',
        retryAfterS: retryAfterS ?? soonestBench(verdicts) ?? 1,
      };
    case 504:
      return {
        status,
        type: 'upstream_error',
        code: because === 'deadline' ? 'deadline_exceeded' : 'all_attempts_failed',
        retryAfterS,
      };
    default:
      return {
        status: because === 'deadline' ? 504 : 502,
        type: 'upstream_error',
        code: because === 'deadline' ? 'deadline_exceeded' : 'all_attempts_failed',
        retryAfterS,
      };
  }
}

function soonestBench(verdicts: readonly Verdict[]): number | null {
  const benches = verdicts.flatMap((verdict) => (verdict.bench ? [verdict.bench.ms] : []));
  return benches.length > 0 ? Math.max(1, Math.ceil(Math.min(...benches) / 1000)) : null;
}

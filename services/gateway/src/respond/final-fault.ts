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

/** What a status stands for where it is not simply that all attempts failed. */
const KINDS: Readonly<Record<number, Pick<FinalFault, 'type' | 'code'>>> = {
  404: { type: 'invalid_request_error', code: 'model_not_found' },
  413: { type: 'invalid_request_error', code: 'request_too_large' },
  429: { type: 'rate_limit_error', code: 'rate_limited' },
};
const NOT_AVAILABLE = { type: 'upstream_error', code: 'no_endpoint_available' };
const ALL_FAILED = { type: 'upstream_error', code: 'all_attempts_failed' };
const TOO_LATE = { type: 'upstream_error', code: 'deadline_exceeded' };

/** An honest status for a request that nothing helped: what kept it from being asked, else what its attempts say. */
export function finalFault(verdicts: readonly Verdict[], gaveUp: GaveUp, nowMs: number): FinalFault {
  const { because, untilMs, clientStatus } = gaveUp;
  const knownS = untilMs === null ? null : Math.max(1, Math.ceil((untilMs - nowMs) / 1000));
  const isLate = because === 'deadline';
  if (verdicts.length > 0 && clientStatus === null) return faultOfAttempts(verdicts, isLate, knownS);
  if (verdicts.length === 0 && isLate) return { status: 504, ...TOO_LATE, retryAfterS: knownS };
  const kind = clientStatus === null ? undefined : KINDS[clientStatus];
  if (!kind) return { status: 503, ...NOT_AVAILABLE, retryAfterS: knownS ?? 1 };
  return { status: clientStatus!, ...kind, retryAfterS: clientStatus === 429 ? (knownS ?? 1) : null };
}

/** The status that all attempts agree on, else 502. */
function faultOfAttempts(verdicts: readonly Verdict[], isLate: boolean, knownS: number | null): FinalFault {
  const statuses = new Set(verdicts.map((verdict) => verdict.clientStatus));
  const status = statuses.size === 1 ? verdicts[0]!.clientStatus : 502;
  const kind = KINDS[status];
  if (kind) return { status, ...kind, retryAfterS: status === 429 ? (knownS ?? benchS(verdicts)) : null };
  if (status === 503) return { status, ...ALL_FAILED, retryAfterS: knownS ?? benchS(verdicts) };
  return {
    status: status === 504 || isLate ? 504 : 502,
    ...(isLate ? TOO_LATE : ALL_FAILED),
    retryAfterS: knownS,
  };
}

/** Seconds until the first of what rests may be back; 1 where nothing says when. */
function benchS(verdicts: readonly Verdict[]): number {
  const benches = verdicts.flatMap((verdict) => (verdict.bench ? [verdict.bench.ms] : []));
  return benches.length > 0 ? Math.max(1, Math.ceil(Math.min(...benches) / 1000)) : 1;
}

import type { RetryPolicy } from '@holdfast/config/policies';
import { backoffMs, statedWaitMs } from '@holdfast/core/backoff';
import type { Verdict } from '@holdfast/core/verdict';
import { type PlannedAttempt, repeatable, type Tried } from './plan.ts';

/**
 * When the same endpoint may be asked again in this request, and whether the attempt counts. `goesOn`: its token was asked for
 * the first time, and there are others to go on with. Pure; `random` in [0, 1).
 */
export function whenAgain(
  plan: PlannedAttempt,
  verdict: Verdict,
  tried: readonly Tried[],
  goesOn: boolean,
  policy: RetryPolicy,
  nowMs: number,
  random: () => number,
): Omit<Tried, 'runtime' | 'verdict'> {
  const outOfRotation = plan.trial || plan.why === 'least_bad';
  // A token that rests from now on fails once and is then left alone: the pool's size bounds that.
  const rests = plan.runtime.endpoint.tokenPool !== null && putsTokenToRest(verdict);
  const flags = { counts: !(rests && goesOn), outOfRotation, sameOnce: plan.why === 'same_once' };
  if (outOfRotation) return { ...flags, readyAtMs: Number.POSITIVE_INFINITY };
  if (rests && !verdict.dead) return { ...flags, readyAtMs: asBefore(plan, tried, nowMs) };
  if (!repeatable(verdict)) return { ...flags, readyAtMs: Number.POSITIVE_INFINITY };
  const repeats = tried.filter((earlier) => earlier.counts).length + 1;
  const stated = verdict.bench?.provenance === 'authoritative' ? verdict.bench.ms : null;
  const waitMs = stated === null ? backoffMs(repeats, policy, random()) : statedWaitMs(stated, random());
  return { ...flags, readyAtMs: nowMs + waitMs };
}

/** A token that rests puts off nothing: the pool knows when the first of its tokens is back. */
function asBefore({ runtime }: PlannedAttempt, tried: readonly Tried[], nowMs: number): number {
  const waits = tried.flatMap((earlier) =>
    earlier.runtime === runtime && Number.isFinite(earlier.readyAtMs) ? [earlier.readyAtMs] : [],
  );
  return Math.max(nowMs, ...waits);
}

/** Whether the token that was used is not asked for the model again for a known time; a rest that is only guessed may be withheld. */
function putsTokenToRest({ retry, dead, result, bench }: Verdict): boolean {
  if (retry !== 'token') return false;
  return dead || result === 'quota_exhausted' || (bench !== null && bench.provenance !== 'heuristic');
}

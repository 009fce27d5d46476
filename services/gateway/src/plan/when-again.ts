import type { RetryPolicy } from '@holdfast/config/types';
import { backoffMs, statedWaitMs } from '@holdfast/core/backoff';
import type { Verdict } from '@holdfast/core/verdict';
import { type Plan, repeatable, type Tried } from './plan.ts';

/** When the same endpoint may be asked again in this request, and whether the attempt counts. Pure; `random` in [0, 1). */
export function whenAgain(
  plan: Plan & { kind: 'attempt' },
  verdict: Verdict,
  tried: readonly Tried[],
  policy: RetryPolicy,
  nowMs: number,
  random: () => number,
): Omit<Tried, 'runtime' | 'verdict'> {
  const outOfRotation = plan.trial || plan.why === 'least_bad';
  // A token that is dead or has spent its quota fails once and is then left alone: the pool's size bounds that.
  const pooled = plan.runtime.endpoint.tokenPool !== null;
  const counts = !(pooled && (verdict.dead || verdict.result === 'quota_exhausted'));
  const flags = { counts, outOfRotation, sameOnce: plan.why === 'same_once' };
  if (!repeatable(verdict) || outOfRotation) return { ...flags, readyAtMs: Number.POSITIVE_INFINITY };
  const repeats = tried.filter((earlier) => earlier.counts).length + 1;
  const stated = verdict.bench?.provenance === 'authoritative' ? verdict.bench.ms : null;
  const waitMs = stated === null ? backoffMs(repeats, policy, random()) : statedWaitMs(stated, random());
  return { ...flags, readyAtMs: nowMs + waitMs };
}

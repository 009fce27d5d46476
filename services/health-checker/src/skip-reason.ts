import type { Health } from '@holdfast/core/health';
import type { TrafficRecord } from '@holdfast/state/traffic';
import type { Target } from './target.ts';

/** Why a probe was saved: the label of `holdfast_probes_skipped_total`. */
export const SKIP_REASONS = [
  'disabled',
  'queued',
  'fresh_traffic',
  'metered',
  'token_cap',
  'resting',
  'no_token',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface SkipInput {
  readonly target: Target;
  readonly health: Health;
  /** It waits in the failure queue, which has its own rhythm. */
  readonly queued: boolean;
  readonly traffic: readonly TrafficRecord[];
  readonly restUntilMs: number;
  /** The day's cap of model tokens for probes is reached. */
  readonly capped: boolean;
  readonly nowMs: number;
}

/** A success this long ago still speaks for the endpoint. */
const FRESH_MS = 60_000;
/** Traffic that fails more than this leaves something to find out. */
const GOOD_SHARE = 0.9;

/** Whether a scheduled probe of a target can be saved; null when it should be made. Pure. */
export function skipReason(input: SkipInput): SkipReason | null {
  if (input.target.kind === 'none') return 'disabled';
  if (input.queued) return 'queued';
  if (input.restUntilMs > input.nowMs) return 'resting';
  if (input.health.kind !== 'down' && isTold(input.traffic, input.nowMs)) return 'fresh_traffic';
  // `auto` has the free list to fall back on.
  if (input.target.kind === 'chat' && input.target.metered) return 'metered';
  if (input.target.kind === 'chat' && input.capped) return 'token_cap';
  return null;
}

/** Real requests have just succeeded there, and hardly any failed. */
function isTold(traffic: readonly TrafficRecord[], nowMs: number): boolean {
  const fresh = traffic.filter(({ at }) => at > nowMs - FRESH_MS);
  const ok = fresh.reduce((sum, record) => sum + record.ok, 0);
  const failed = fresh.reduce((sum, record) => sum + record.failed, 0);
  const lastSuccessMs = Math.max(0, ...fresh.map(({ last_success_at }) => last_success_at ?? 0));
  return lastSuccessMs > nowMs - FRESH_MS && ok / (ok + failed) >= GOOD_SHARE;
}

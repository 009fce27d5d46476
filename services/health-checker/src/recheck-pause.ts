export interface RecheckInput {
  readonly intervalMs: number;
  /** It has just come into the queue. */
  readonly first: boolean;
  /** Checks in a row that found something that does not heal within minutes; 0: nothing of that kind. */
  readonly lastingChecks: number;
  /** The provider asked to be left alone for this long, ms. */
  readonly restMs: number | null;
  /** In [0, 1). */
  readonly random: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long an endpoint in the failure queue waits for its next check, ms. What may heal any moment is checked once per
 * interval, so that a recovery is seen within one; where a person has to act (a dead key, no credit, a missing model) the
 * pause doubles up to an hour; what the provider said is obeyed up to a day (FAULTS I07). The first pause is cut at
 * random, so that endpoints that fell together are not checked together. Pure.
 */
export function recheckPause({ intervalMs, first, lastingChecks, restMs, random }: RecheckInput): number {
  const backedOff =
    lastingChecks <= 1
      ? intervalMs
      : Math.max(intervalMs, Math.min(HOUR_MS, intervalMs * 2 ** Math.min(lastingChecks - 1, 20)));
  const spread = first ? backedOff * (0.5 + random / 2) : backedOff;
  return Math.max(spread, Math.min(restMs ?? 0, DAY_MS));
}

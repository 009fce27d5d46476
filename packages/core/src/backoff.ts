export interface BackoffPolicy {
  readonly baseDelayMs: number;
  readonly multiplier: number;
  readonly maxDelayMs: number;
  readonly jitter: number;
}

/** Wait before the `repeat`-th repeat (1 = first) of something already tried: base, base x multiplier, ..., capped, +-jitter. `random` in [0, 1). */
export function backoffMs(repeat: number, policy: BackoffPolicy, random: number): number {
  const plain = Math.min(policy.baseDelayMs * policy.multiplier ** (repeat - 1), policy.maxDelayMs);
  return plain * (1 + policy.jitter * (2 * random - 1));
}

/** Wait for a delay the provider stated: never earlier, at most 20 % later. `random` in [0, 1). */
export function statedWaitMs(delayMs: number, random: number): number {
  return delayMs * (1 + 0.2 * random);
}

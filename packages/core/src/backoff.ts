import { MAX_DELAY_MS } from './delays/parse-delay.ts';

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

/** A herd is spread over at most this: the end of a long rest is worth more than an even return. */
const MAX_SPREAD_MS = 30_000;

/** Wait for a delay the provider stated: never earlier, at most 20 % or 30 s later, never past a day. `random` in [0, 1). */
export function statedWaitMs(delayMs: number, random: number): number {
  return Math.max(delayMs, Math.min(delayMs + Math.min(0.2 * delayMs, MAX_SPREAD_MS) * random, MAX_DELAY_MS));
}

import { type EndpointScore, freshScore } from '@holdfast/core/dynamic-weight';
import { type Health, unknownHealth } from '@holdfast/core/health';
import type { AvailabilityEntry } from '@holdfast/state/records';

/** What this process knows of an endpoint. */
export interface EndpointMemory {
  health: Health;
  /** Epoch ms of what `health` rests on; 0: nothing. */
  checkedMs: number;
  /** Epoch ms; afterwards `health` is old news. */
  expiresMs: number;
  latencyMs: number | null;
  weight: number;
  weightReason: string | null;
  score: EndpointScore;
  /** When traffic was last taken into the score, epoch ms. */
  scoredTrafficMs: number;
  /** Models its own list names; null: it has no list; undefined: nobody looked yet. */
  listed: readonly string[] | null | undefined;
  /** Checks in a row that found something lasting. */
  lastingChecks: number;
  /** The provider asked to be left alone until then, epoch ms. */
  restUntilMs: number;
}

export function newMemory(weight: number): EndpointMemory {
  return {
    health: unknownHealth,
    checkedMs: 0,
    expiresMs: 0,
    latencyMs: null,
    weight,
    weightReason: null,
    score: freshScore,
    scoredTrafficMs: 0,
    listed: undefined,
    lastingChecks: 0,
    restUntilMs: 0,
  };
}

/** The entry as it is shared; null while there is nothing to tell. */
export function toEntry(memory: EndpointMemory): AvailabilityEntry | null {
  const { health, latencyMs, weight, weightReason, checkedMs, expiresMs } = memory;
  if (checkedMs === 0) return null;
  return {
    state: health.kind,
    reason: health.reason ?? weightReason,
    latency_ms: latencyMs === null ? null : Math.round(latencyMs),
    weight,
    // Rounded down: what comes back over the channel must not look newer than what was sent.
    checked_at: Math.floor(checkedMs),
    expires_at: Math.round(expiresMs),
  };
}

/** Takes over what another prober found, when it is newer. Returns whether it was. */
export function adoptEntry(memory: EndpointMemory, entry: AvailabilityEntry): boolean {
  if (entry.checked_at <= memory.checkedMs) return false;
  memory.health = { kind: entry.state, reason: entry.reason, against: 0 };
  memory.checkedMs = entry.checked_at;
  memory.expiresMs = entry.expires_at;
  memory.latencyMs = entry.latency_ms;
  return true;
}

/** What is known now: nothing, when the last finding is too old. */
export function healthAt(memory: EndpointMemory, nowMs: number): Health {
  return memory.expiresMs > nowMs ? memory.health : unknownHealth;
}

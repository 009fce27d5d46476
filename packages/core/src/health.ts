/** What probes say of an endpoint. `unknown`: nothing yet, or nothing fresh; never a reason to leave it out. */
export type HealthKind = 'unknown' | 'up' | 'degraded' | 'down';

/** Plain JSON. */
export interface Health {
  readonly kind: HealthKind;
  /** Why, short; null when there is nothing to say. */
  readonly reason: string | null;
  /** Results in a row that ask for another state than `kind`. */
  readonly against: number;
}

export interface HealthEvent {
  readonly found: Exclude<HealthKind, 'unknown'>;
  readonly reason: string | null;
  /** It stands by itself: proof (a wrong answer), or asked for by an operator. Else one result may be chance. */
  readonly conclusive: boolean;
}

export interface Hysteresis {
  /** Good results in a row that bring a down endpoint back. */
  readonly upAfter: number;
  /** Bad results in a row that take an endpoint down. */
  readonly downAfter: number;
}

export const unknownHealth: Health = { kind: 'unknown', reason: null, against: 0 };

/**
 * The next state. `up` and `degraded` both serve, so they follow each other at once; leaving or entering `down` takes as many
 * results in a row as the settings say. The first result of all, and a conclusive one, decide alone. Pure.
 */
export function reduceHealth(health: Health, event: HealthEvent, { upAfter, downAfter }: Hysteresis): Health {
  const { found, reason, conclusive } = event;
  const settled: Health = { kind: found, reason, against: 0 };
  const crosses = (health.kind === 'down') !== (found === 'down');
  if (health.kind === 'unknown' || conclusive || !crosses) return settled;
  const against = health.against + 1;
  const needed = found === 'down' ? downAfter : upAfter;
  if (against >= needed) return settled;
  const why =
    found === 'down' ? `${reason ?? 'down'}, ${against} of ${needed}` : `recovering, ${against} of ${needed}`;
  return { kind: health.kind, reason: why, against };
}

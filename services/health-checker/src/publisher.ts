import { publishAvailability } from '@holdfast/state/availability';
import { availabilityKey } from '@holdfast/state/keys';
import type { SharedState } from '@holdfast/state/shared-state';
import { healthAt, toEntry } from './endpoint-memory.ts';
import type { Fleet } from './fleet.ts';
import type { HealthMetrics } from './metrics.ts';
import type { Target } from './target.ts';

/** Tells the others, and the metrics, what is known. While the store is away nobody hears; `republish` makes up for it. */
export interface Publisher {
  /** Of one endpoint, at once, to everybody who listens. */
  publish(target: Target): Promise<void>;
  /** Of all endpoints, without a message: what a flushed or restarted store has lost. */
  republish(): Promise<void>;
  /** The metrics alone. */
  show(target: Target): void;
}

export function createPublisher(
  fleet: Fleet,
  state: SharedState,
  metrics: HealthMetrics,
  now: () => number,
): Publisher {
  function show({ endpoint }: Target): void {
    const memory = fleet.memory(endpoint.id);
    const { kind } = healthAt(memory, now());
    metrics.up(endpoint, kind === 'up' || kind === 'degraded');
    metrics.weight(endpoint, memory.weight);
    metrics.lastRun(memory.checkedMs);
  }

  return {
    show,
    async publish(target) {
      show(target);
      const entry = toEntry(fleet.memory(target.endpoint.id));
      if (entry) await publishAvailability(state, target.endpoint.id, entry).catch(() => {});
    },
    async republish() {
      const fields: Record<string, string> = {};
      for (const target of fleet.targets) {
        const { id } = target.endpoint;
        const entry = toEntry(fleet.memory(id));
        if (entry) fields[id] = JSON.stringify(entry);
        show(target);
      }
      await state.hashSet(availabilityKey, fields);
    },
  };
}

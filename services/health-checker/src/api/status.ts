import type { Cluster } from '@holdfast/config/types';
import { healthAt } from '../endpoint-memory.ts';
import type { Fleet } from '../fleet.ts';
import type { FailureQueue } from '../queue.ts';

export interface EndpointStatus {
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly latency_ms: number | null;
  readonly weight: number;
  /** ISO 8601; null before the first finding. */
  readonly checked_at: string | null;
  readonly in_failure_queue: boolean;
}

export interface Status {
  readonly mainApi: string | null;
  readonly fallbackApi: string | null;
  readonly isMainApiAvailable: boolean;
  readonly clusters: readonly { readonly name: string; readonly endpoints: readonly EndpointStatus[] }[];
}

/** `GET /api/status`: main and fallback are the first two endpoints of the given cluster. */
export function statusOf(
  fleet: Fleet,
  queue: FailureQueue,
  main: Cluster | undefined,
  nowMs: number,
): Status {
  const [first, second] = main?.endpoints ?? [];
  return {
    mainApi: first?.baseUrl ?? null,
    fallbackApi: second?.baseUrl ?? null,
    isMainApiAvailable: first !== undefined && isAvailable(fleet, first.id, nowMs),
    clusters: fleet.config.clusters.map(({ name, endpoints }) => ({
      name,
      endpoints: endpoints.map((endpoint) => endpointStatus(fleet, queue, endpoint.id, nowMs)),
    })),
  };
}

/** What nothing is known of is not left out of rotation, so it counts as available. */
export function isAvailable(fleet: Fleet, id: string, nowMs: number): boolean {
  return healthAt(fleet.memory(id), nowMs).kind !== 'down';
}

export function endpointStatus(fleet: Fleet, queue: FailureQueue, id: string, nowMs: number): EndpointStatus {
  const { endpoint, kind: probeKind } = fleet.target(id)!;
  const memory = fleet.memory(id);
  const { kind, reason } = healthAt(memory, nowMs);
  return {
    name: endpoint.name,
    state: kind,
    reason: probeKind === 'none' ? 'never probed' : (reason ?? memory.weightReason),
    latency_ms: memory.latencyMs === null ? null : Math.round(memory.latencyMs),
    weight: memory.weight,
    checked_at: memory.checkedMs === 0 ? null : new Date(memory.checkedMs).toISOString(),
    in_failure_queue: queue.has(id),
  };
}

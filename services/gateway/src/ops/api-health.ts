import type { Gateway } from '../gateway.ts';
import { standing } from '../states/endpoint-runtime.ts';
import type { ClusterRuntime } from '../states/routing.ts';
import type { DatabaseCheck } from './database-check.ts';

export type StoreState = 'ok' | 'down' | 'embedded';

/** `GET /api/health`: for everybody to read, so no host, key, version or endpoint is in it. */
export interface ApiHealth {
  readonly status: 'ok' | 'degraded';
  readonly database: 'ok' | 'down';
  readonly redis: StoreState;
  readonly clusters: readonly { readonly name: string; readonly state: 'ok' | 'degraded' | 'down' }[];
}

const SERVING: ReadonlySet<string> = new Set(['available', 'full']);

export async function apiHealth(
  gateway: Gateway,
  redis: StoreState,
  database: DatabaseCheck,
): Promise<ApiHealth> {
  const clusters = [...gateway.routing.clusters.values()].map((cluster) => ({
    name: cluster.cluster.name,
    state: stateOf(cluster, gateway.now()),
  }));
  const found = await database();
  const isWell = found === 'ok' && redis !== 'down' && clusters.every(({ state }) => state === 'ok');
  return { status: isWell ? 'ok' : 'degraded', database: found, redis, clusters };
}

function stateOf({ endpoints }: ClusterRuntime, nowMs: number): 'ok' | 'degraded' | 'down' {
  const free = endpoints.filter((runtime) => SERVING.has(standing(runtime, '', nowMs).kind)).length;
  return free === endpoints.length ? 'ok' : free > 0 ? 'degraded' : 'down';
}

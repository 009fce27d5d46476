import { protocolsOf } from '@holdfast/config/protocols-of';
import { version } from '@holdfast/runtime/version';
import type { RequestLine } from '../access-log.ts';
import type { Gateway } from '../gateway.ts';
import type { StoreState } from '../ops/api-health.ts';
import type { Alerts, ReceivedAlert } from './alerts.ts';
import type { ConfigStatus } from './config-loads.ts';
import { type EndpointStatus, endpointStatus } from './endpoint-status.ts';
import { firingAlerts } from './firing-alerts.ts';
import { iso } from './iso.ts';
import { overall } from './overall.ts';
import { type PoolStatus, poolStatus } from './pool-status.ts';

/** What the admin port tells of the gateway, as the status page shows it; no URL of a provider, no credential, no prompt. */
export interface GatewayStatus {
  readonly state: 'ok' | 'degraded' | 'down';
  /** The state in one sentence. */
  readonly sentence: string;
  readonly reasons: readonly string[];
  readonly version: string;
  /** When this was read. */
  readonly time: string;
  readonly config: ConfigStatus;
  readonly state_store: StoreState;
  readonly clusters: readonly ClusterStatus[];
  readonly pools: readonly PoolStatus[];
  readonly in_flight: number;
  /** The latest hundred, newest first. */
  readonly requests: readonly RequestLine[];
  /** Deliveries, newest first. */
  readonly alerts: readonly ReceivedAlert[];
}

export interface ClusterStatus {
  readonly name: string;
  readonly protocol: string;
  readonly strategy: string;
  readonly endpoints: readonly EndpointStatus[];
}

/** Whom the status is asked of. */
export interface StatusSources {
  readonly gateway: Gateway;
  readonly alerts: Alerts;
  readonly config: () => ConfigStatus;
  readonly storeState: () => StoreState;
  /** Ids of the endpoints in the failure queue; null when the store does not tell. Never rejects. */
  readonly failureQueue: () => Promise<ReadonlySet<string> | null>;
}

export async function readStatus(sources: StatusSources): Promise<GatewayStatus> {
  const { gateway, alerts } = sources;
  const { routing, now } = gateway;
  const queue = await sources.failureQueue();
  const nowMs = now();
  const clusters = [...routing.clusters.values()].map(
    ({ cluster, endpoints }): ClusterStatus => ({
      name: cluster.name,
      protocol: protocolsOf(cluster),
      strategy: cluster.strategy,
      endpoints: endpoints.map((runtime) => endpointStatus(runtime, gateway.tokens, queue, nowMs)),
    }),
  );
  const pools = routing.config.tokenPools.map((pool) =>
    poolStatus(pool, gateway.tokens.snapshot(pool.name), nowMs),
  );
  const config = sources.config();
  const storeState = sources.storeState();
  const firing = firingAlerts(alerts.list()).map(({ name }) => name);
  return {
    ...overall({ clusters, pools, config, storeState, draining: gateway.draining, firing }),
    version,
    time: iso(nowMs),
    config,
    state_store: storeState,
    clusters,
    pools,
    in_flight: gateway.exchanges.size,
    requests: gateway.accessLog.recent().toReversed(),
    alerts: alerts.list(),
  };
}

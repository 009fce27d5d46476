import { protocolsOf } from '@holdfast/config/protocols-of';
import type { Config } from '@holdfast/config/types';
import type { EndpointStatus } from '@holdfast/gateway/admin/endpoint-status';
import type { GatewayStatus } from '@holdfast/gateway/admin/status';
import type { Status as HealthStatus } from '@holdfast/health-checker/api/status';

/** One endpoint as gateway and health-checker see it; null: whoever knows it does not answer. */
export interface EndpointView {
  readonly name: string;
  readonly priority: number;
  readonly weight: number;
  /** By probes: up, degraded, down, unknown. */
  readonly state: string;
  /** By traffic: available, or cooling, refused (breaker open), down, full. */
  readonly standing: string | null;
  readonly breaker: string | null;
  /** Why it is not used, or not well. */
  readonly reason: string | null;
  /** Of the last probe; without one, of traffic, in which a failure counts as its timeout. */
  readonly latency_ms: number | null;
  readonly in_flight: number | null;
  /** Of traffic: the last five minutes, and attempts per second in the last one. */
  readonly p95_ms: number | null;
  readonly per_second: number | null;
  readonly last_error: EndpointStatus['last_error'];
  readonly checked_at: string | null;
  readonly in_failure_queue: boolean | null;
}

export interface ClusterView {
  readonly name: string;
  readonly protocol: string;
  readonly strategy: string;
  /** Client's model names that lead here. */
  readonly models: readonly string[];
  readonly endpoints: readonly EndpointView[];
}

/** The clusters of the configuration, with what the running services tell of them. */
export function viewClusters(
  config: Config,
  gateway: GatewayStatus | null,
  health: HealthStatus | null,
): ClusterView[] {
  return config.clusters.map(({ name, strategy, endpoints }) => ({
    name,
    protocol: protocolsOf({ endpoints }),
    strategy,
    models: config.routes.filter(({ cluster }) => cluster === name).map(({ model }) => model),
    endpoints: endpoints.map((endpoint): EndpointView => {
      const byTraffic = find(find(gateway?.clusters, name)?.endpoints, endpoint.name);
      const byProbes = find(find(health?.clusters, name)?.endpoints, endpoint.name);
      return {
        name: endpoint.name,
        priority: endpoint.priority,
        weight: byProbes?.weight ?? endpoint.weight,
        state: byProbes?.state ?? byTraffic?.health ?? 'unknown',
        standing: byTraffic?.standing ?? null,
        breaker: byTraffic?.breaker ?? null,
        // That it is down by probes, the state says already; the probe knows why.
        reason: (byTraffic?.standing === 'down' ? null : byTraffic?.because) ?? byProbes?.reason ?? null,
        latency_ms: byProbes?.latency_ms ?? byTraffic?.latency_ms ?? null,
        in_flight: byTraffic?.in_flight ?? null,
        p95_ms: byTraffic?.p95_ms ?? null,
        per_second: byTraffic?.per_second ?? null,
        last_error: byTraffic?.last_error ?? null,
        checked_at: byProbes?.checked_at ?? null,
        in_failure_queue: byProbes?.in_failure_queue ?? null,
      };
    }),
  }));
}

function find<T extends { readonly name: string }>(
  list: readonly T[] | undefined,
  name: string,
): T | undefined {
  return list?.find((item) => item.name === name);
}

/** Whether the gateway sends requests there: neither probes nor traffic say no. */
export const isUsable = ({ standing, state }: EndpointView): boolean =>
  state !== 'down' && (standing === null || standing === 'available' || standing === 'full');

/** `down` when a cluster has nothing left to send requests to. */
export function stateOfClusters(clusters: readonly ClusterView[]): 'ok' | 'degraded' | 'down' {
  if (!clusters.every(({ endpoints }) => endpoints.some(isUsable))) return 'down';
  const isFine = (endpoint: EndpointView) => isUsable(endpoint) && endpoint.state !== 'degraded';
  return clusters.every(({ endpoints }) => endpoints.every(isFine)) ? 'ok' : 'degraded';
}

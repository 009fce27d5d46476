import type { RequestLine } from '../access-log.ts';
import type { Gateway } from '../gateway.ts';
import { standing } from '../states/endpoint-runtime.ts';
import type { Alerts, ReceivedAlert } from './alerts.ts';

/** What the admin port tells of the gateway; no URL, no credential. */
export interface GatewayStatus {
  readonly state: 'ok' | 'degraded' | 'down';
  readonly config: { readonly source: string; readonly error: string | null };
  readonly clusters: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly endpoints: readonly EndpointStatus[];
  }[];
  readonly pools: readonly {
    readonly name: string;
    readonly current: string | null;
    readonly tokens: readonly string[];
  }[];
  readonly in_flight: number;
  readonly requests: readonly RequestLine[];
  readonly alerts: readonly ReceivedAlert[];
}

export interface EndpointStatus {
  readonly name: string;
  readonly priority: number;
  readonly weight: number;
  readonly standing: string;
  readonly because: string | null;
  readonly breaker: string;
  readonly health: string;
  readonly in_flight: number;
  readonly latency_ms: number | null;
}

export function statusOf(gateway: Gateway, alerts: Alerts, configError: string | null): GatewayStatus {
  const { routing, now } = gateway;
  const clusters = [...routing.clusters.values()].map(({ cluster, endpoints }) => ({
    name: cluster.name,
    protocol: cluster.protocol,
    endpoints: endpoints.map((runtime): EndpointStatus => {
      const stands = standing(runtime, '', now());
      return {
        name: runtime.endpoint.name,
        priority: runtime.endpoint.priority,
        weight: runtime.endpoint.weight,
        standing: stands.kind,
        because: 'because' in stands ? stands.because : null,
        breaker: runtime.state.breaker.kind,
        health: runtime.state.healthUntilMs > now() ? runtime.state.health : 'unknown',
        in_flight: runtime.state.inFlight,
        latency_ms: runtime.state.answersInMs === null ? null : Math.round(runtime.state.answersInMs),
      };
    }),
  }));
  const all = clusters.flatMap((cluster) => cluster.endpoints);
  const free = all.filter((endpoint) => endpoint.standing === 'available');
  return {
    state:
      free.length === all.length
        ? 'ok'
        : clusters.some((cluster) => cluster.endpoints.every((endpoint) => endpoint.standing !== 'available'))
          ? 'down'
          : 'degraded',
    config: { source: routing.config.source, error: configError },
    clusters,
    pools: routing.config.tokenPools.map(({ name, tokens }) => ({
      name,
      current: gateway.tokens.snapshot(name)?.current ?? null,
      tokens: tokens.map((token) => token.name),
    })),
    in_flight: gateway.exchanges.size,
    requests: gateway.accessLog.recent().toReversed(),
    alerts: alerts.list(),
  };
}

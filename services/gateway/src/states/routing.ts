import type { Cluster, Config, Endpoint, Route } from '@holdfast/config/types';
import { isGlob, matchesGlob } from '@holdfast/core/glob';
import type { DialectName } from '@holdfast/dialects/dialect';
import { dialects } from '@holdfast/dialects/dialects';
import type { Pool } from 'undici';
import type { GatewayMetrics } from '../metrics.ts';
import { openConnections } from './connections.ts';
import { createEndpointRuntime, type EndpointRuntime } from './endpoint-runtime.ts';
import { createHedging, type Hedging } from './hedging.ts';

/** A route compiled for the request path. */
export interface RouteRuntime {
  readonly route: Route;
  readonly cluster: ClusterRuntime;
  readonly hedging: Hedging;
}

export interface ClusterRuntime {
  readonly cluster: Cluster;
  /** Endpoints by priority, best first; all in one tier where the strategy is not `priority`. */
  readonly tiers: readonly (readonly EndpointRuntime[])[];
  readonly endpoints: readonly EndpointRuntime[];
  /** What clients may speak to it: some endpoint is told it in its own words or in others. */
  readonly serves: ReadonlySet<DialectName>;
}

/** The compiled graph of one configuration. A reload builds a new one; requests under way keep theirs. */
export interface Routing {
  readonly config: Config;
  readonly clusters: ReadonlyMap<string, ClusterRuntime>;
  readonly endpoints: ReadonlyMap<string, EndpointRuntime>;
  /** The first route that matches the model a client named. */
  routeFor(model: string): RouteRuntime | null;
  /** Whether a request in that dialect has an endpoint on the route, or at one of its fallback models. */
  serves(route: RouteRuntime, dialect: DialectName): boolean;
  /** A model's name when it is a configured one, else `other`: for metric labels. */
  labelFor(model: string): string;
  /** The connections of its endpoints. */
  pools(): Iterable<Pool>;
}

const MAX_CACHED_MODELS = 2000;

export function buildRouting(config: Config, metrics: GatewayMetrics, previous: Routing | null): Routing {
  const endpoints = new Map<string, EndpointRuntime>();
  const clusters = new Map<string, ClusterRuntime>();
  for (const cluster of config.clusters) {
    const runtimes = cluster.endpoints.map((endpoint) => runtimeFor(endpoint, config, metrics, previous));
    for (const runtime of runtimes) endpoints.set(runtime.endpoint.id, runtime);
    clusters.set(cluster.name, {
      cluster,
      endpoints: runtimes,
      serves: servedBy(runtimes),
      tiers: cluster.strategy === 'priority' ? tiersOf(runtimes) : [runtimes],
    });
  }
  const routes: RouteRuntime[] = config.routes.map((route) => ({
    route,
    cluster: clusters.get(route.cluster)!,
    hedging: createHedging(),
  }));
  const exactNames = new Set(
    config.routes
      .flatMap(({ model, fallbackModels }) => [model, ...fallbackModels])
      .concat(
        config.clusters.flatMap((cluster) => cluster.endpoints.flatMap(({ models }) => Object.keys(models))),
      )
      .filter((name) => !isGlob(name)),
  );
  const found = new Map<string, RouteRuntime | null>();
  const routeFor = (model: string): RouteRuntime | null => {
    let route = found.get(model);
    if (route === undefined) {
      route = routes.find((candidate) => matchesGlob(candidate.route.model, model)) ?? null;
      if (found.size < MAX_CACHED_MODELS) found.set(model, route);
    }
    return route;
  };
  return {
    config,
    clusters,
    endpoints,
    routeFor,
    serves: ({ cluster, route }, dialect) =>
      cluster.serves.has(dialect) ||
      route.fallbackModels.some((model) => routeFor(model)?.cluster.serves.has(dialect)),
    labelFor: (model) => (exactNames.has(model) ? model : 'other'),
    pools: () => endpoints.values().map(({ connections }) => connections.pool),
  };
}

function servedBy(runtimes: readonly EndpointRuntime[]): ReadonlySet<DialectName> {
  const names = Object.keys(dialects) as DialectName[];
  return new Set(names.filter((name) => runtimes.some((runtime) => runtime.dialects[name] !== null)));
}

function runtimeFor(
  endpoint: Endpoint,
  config: Config,
  metrics: GatewayMetrics,
  previous: Routing | null,
): EndpointRuntime {
  const old = previous?.endpoints.get(endpoint.id);
  const same =
    old !== undefined &&
    old.endpoint.baseUrl === endpoint.baseUrl &&
    previous?.config.timeouts.connectMs === config.timeouts.connectMs;
  return createEndpointRuntime({
    endpoint,
    config,
    connections: same ? old.connections : openConnections(endpoint, config),
    metrics: metrics.forEndpoint(endpoint),
    previous: same ? old : undefined,
  });
}

function tiersOf(runtimes: readonly EndpointRuntime[]): EndpointRuntime[][] {
  const tiers = new Map<number, EndpointRuntime[]>();
  for (const runtime of runtimes) {
    const tier = tiers.get(runtime.endpoint.priority);
    if (tier) tier.push(runtime);
    else tiers.set(runtime.endpoint.priority, [runtime]);
  }
  return [...tiers.entries()].sort(([a], [b]) => a - b).map(([, tier]) => tier);
}

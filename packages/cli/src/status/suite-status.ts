import type { Config } from '@holdfast/config/types';
import type { ReceivedAlert } from '@holdfast/gateway/admin/alerts';
import { firingAlerts } from '@holdfast/gateway/admin/firing-alerts';
import type { GatewayStatus } from '@holdfast/gateway/admin/status';
import type { Status as HealthStatus } from '@holdfast/health-checker/api/status';
import { type ServiceName, serviceUrl } from '../suite/service-name.ts';
import type { Readiness, SuiteClient } from '../suite/suite-client.ts';
import { type PoolView, readPools } from '../tokens/pool-view.ts';
import { type ClusterView, isUsable, viewClusters } from './endpoint-view.ts';

export interface SuiteStatus {
  readonly state: 'ok' | 'degraded' | 'down';
  /** Why it is not ok. */
  readonly reasons: readonly string[];
  readonly config: { readonly source: string; readonly error: string | null };
  readonly clusters: readonly ClusterView[];
  readonly services: readonly {
    readonly name: ServiceName;
    readonly url: string;
    readonly state: 'up' | 'down';
    readonly detail: string | null;
  }[];
  readonly state_store: { readonly kind: 'in-process' | 'redis'; readonly state: 'ok' | 'down' | 'unknown' };
  /** Null: the token-rotator does not answer. */
  readonly token_pools: readonly PoolSummary[] | null;
  readonly in_flight: number | null;
  /** Null: the gateway's admin port does not answer. */
  readonly alerts: readonly ReceivedAlert[] | null;
}

export interface PoolSummary {
  readonly name: string;
  readonly current: string | null;
  readonly available: number;
  readonly total: number;
}

const SERVICES: readonly ServiceName[] = [
  'gateway',
  'gateway admin',
  'health-checker',
  'token-rotator',
  'tagger',
];
/** Under which names the services tell in `/readyz` whether the store answers them, and what they say then. */
const STORE_CHECKS = ['state', 'state_store'];
const STORE_UP = ['ok', 'up'];

/** Asks everything at once. Never rejects because a service is away: that is what it finds out. */
export async function readSuiteStatus(config: Config, suite: SuiteClient): Promise<SuiteStatus> {
  const orNull = <T>(asked: Promise<T>): Promise<T | null> => asked.catch(() => null);
  const [gateway, health, pools, ...readiness] = await Promise.all([
    orNull(suite.ask<GatewayStatus>('gateway admin', '/admin/status')),
    orNull(suite.ask<HealthStatus>('health-checker', '/api/status')),
    orNull(readPools(suite, undefined)),
    ...SERVICES.map((name) => suite.readiness(name)),
  ]);
  const services = SERVICES.map((name, index) =>
    serviceState(config, name, readiness[index]!, health !== null),
  );
  const stateStore = storeState(config, readiness);
  const clusters = viewClusters(config, gateway, health);
  const tokenPools = pools?.map(summaryOf) ?? null;
  const alerts = gateway && firingAlerts(gateway.alerts);

  const down = [
    ...(readiness[0] === null ? ['the gateway does not answer'] : []),
    ...clusters
      .filter(({ endpoints }) => !endpoints.some(isUsable))
      .map(({ name }) => `no endpoint of cluster ${name} is available`),
  ];
  const degraded = [
    ...services
      .filter(({ name, state }) => name !== 'gateway' && state === 'down')
      .map(({ name }) => `${name} does not answer`),
    ...(stateStore.state === 'down' ? ['the state store does not answer'] : []),
    ...(gateway?.config.error ? ['the configuration on disk is not valid, the last good one is in use'] : []),
    ...clusters.flatMap(({ name, endpoints }) =>
      endpoints
        .filter((endpoint) => !isUsable(endpoint) || endpoint.state === 'degraded')
        .map(
          (endpoint) => `${name}/${endpoint.name}: ${endpoint.reason ?? endpoint.standing ?? endpoint.state}`,
        ),
    ),
    ...(tokenPools ?? [])
      .filter(({ available, total }) => total > 0 && available === 0)
      .map(({ name }) => `no token of pool ${name} is available`),
    ...(alerts ?? []).map(({ name }) => `alert ${name} is firing`),
  ];
  return {
    state: down.length > 0 ? 'down' : degraded.length > 0 ? 'degraded' : 'ok',
    reasons: [...down, ...degraded],
    config: gateway?.config ?? { source: config.source, error: null },
    clusters,
    services,
    state_store: stateStore,
    token_pools: tokenPools,
    in_flight: gateway?.in_flight ?? null,
    alerts,
  };
}

function serviceState(
  config: Config,
  name: ServiceName,
  readiness: Readiness | null,
  healthKnown: boolean,
): SuiteStatus['services'][number] {
  const url = serviceUrl(config, name);
  if (readiness !== null) return { name, url, state: 'up', detail: readiness.ready ? null : 'not ready' };
  if (name === 'health-checker' && healthKnown)
    return { name, url, state: 'up', detail: 'reached through the gateway' };
  return { name, url, state: 'down', detail: 'does not answer' };
}

function storeState(config: Config, readiness: readonly (Readiness | null)[]): SuiteStatus['state_store'] {
  const told = readiness.flatMap((service) =>
    STORE_CHECKS.flatMap((check) => (service?.checks[check] === undefined ? [] : [service.checks[check]])),
  );
  const isUp = told.every((word) => STORE_UP.includes(word));
  return {
    kind: config.state.redisUrl === null ? 'in-process' : 'redis',
    state: told.length === 0 ? 'unknown' : isUp ? 'ok' : 'down',
  };
}

const summaryOf = ({ pool, current_token, tokens }: PoolView): PoolSummary => ({
  name: pool,
  current: current_token,
  available: tokens.filter(({ blocked }) => !blocked).length,
  total: tokens.length,
});

import { buildEndpoint } from './build-endpoint.ts';
import { buildPersonas } from './build-personas.ts';
import * as policies from './build-policies.ts';
import { buildServer, buildServices } from './build-services.ts';
import { buildTokenPools } from './build-token-pools.ts';
import { deepFreeze } from './deep-freeze.ts';
import { firstExactModel } from './exact-models.ts';
import type { ParsedConfig } from './schema.ts';
import type { Cluster, Config, ModelLimit, Route } from './types.ts';

export interface BuildContext {
  readonly source: string;
  readonly env: NodeJS.ProcessEnv;
  readonly modelLimits: Readonly<Record<string, ModelLimit>>;
}

/** The frozen Config of a validated configuration. */
export function buildConfig(parsed: ParsedConfig, { source, env, modelLimits }: BuildContext): Config {
  const clusters = Object.entries(parsed.clusters).map(([name, cluster]) => buildCluster(name, cluster));
  const routes = buildRoutes(parsed, clusters);
  const defaultModel = firstExactModel(routes, clusters);
  const { tagging, alerts } = parsed;
  return deepFreeze({
    source,
    server: buildServer(parsed.server),
    services: buildServices(parsed),
    state: { redisUrl: parsed.state.redis_url || null },
    database: { url: parsed.database.url },
    retry: policies.retryPolicy(parsed.retry),
    timeouts: policies.timeouts(parsed.timeouts),
    breaker: policies.breakerPolicy(parsed.breaker),
    health: policies.healthPolicy(parsed.health),
    throttle: policies.throttlePolicy(parsed.throttle),
    rateLimit: { enabled: parsed.rate_limit.enabled, perMinute: parsed.rate_limit.per_minute },
    cache: policies.cachePolicy(parsed.cache),
    fallback: parsed.fallback,
    tokenPools: buildTokenPools(parsed.token_pools, env),
    clusters,
    routes,
    modelLimits,
    personas: buildPersonas(parsed.personas, defaultModel),
    tagging: {
      maxRetries: tagging.max_retries,
      retryDelayMs: tagging.retry_delay,
      maxAttempts: tagging.max_attempts,
      model: tagging.model ?? defaultModel,
      fallbackModels: tagging.fallback_models,
      concurrency: tagging.concurrency,
      schedule: tagging.schedule,
    },
    alerts: {
      fallbackRatio: {
        warning: alerts.fallback_ratio.warning,
        critical: alerts.fallback_ratio.critical,
        minRequests: alerts.fallback_ratio.min_requests,
      },
      responseTimeMs: alerts.response_time,
      availabilityObjective: alerts.availability_objective ?? null,
    },
  });
}

function buildCluster(
  name: string,
  { protocol, strategy, endpoints }: ParsedConfig['clusters'][string],
): Cluster {
  return {
    name,
    protocol,
    strategy,
    endpoints: endpoints.map((endpoint) => buildEndpoint(name, protocol, endpoint)),
  };
}

function buildRoutes(parsed: ParsedConfig, clusters: readonly Cluster[]): Route[] {
  const everything = { model: '*', cluster: clusters[0]!.name };
  const written = parsed.routes.length > 0 ? parsed.routes : [everything];
  return written
    .map((route) => ({ ...defaultRoute, ...route }))
    .map((route) => ({
      model: route.model,
      cluster: route.cluster,
      fallbackModels: route.fallback_models,
      retry: policies.retryPolicy({ ...parsed.retry, ...route.retry }),
      timeouts: policies.timeouts({ ...parsed.timeouts, ...route.timeouts }),
      throttle: policies.throttlePolicy({ ...parsed.throttle, ...route.throttle }),
      cache: policies.cachePolicy({ ...parsed.cache, ...route.cache }),
      fallback: { ...parsed.fallback, ...route.fallback },
      resume: route.resume,
      hedge: route.hedge,
    }));
}

const defaultRoute = {
  fallback_models: [],
  retry: {},
  timeouts: {},
  throttle: {},
  cache: {},
  fallback: {},
  resume: false,
  hedge: false,
};

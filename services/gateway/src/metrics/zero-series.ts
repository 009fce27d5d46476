import type { Cluster, Config, Protocol } from '@holdfast/config/types';
import { isGlob } from '@holdfast/core/glob';
import { DIALECTS } from '@holdfast/core/protocol';
import { ATTEMPT_RESULTS } from '@holdfast/core/verdict';
import { dialectsAt } from '../states/dialects-at.ts';
import { CACHE_RESULTS, NO_CLUSTER, OUTCOMES } from './labels.ts';
import type { GatewaySeries } from './series.ts';

const OTHER_MODELS = 'other';

/**
 * Creates the series of the configured names at 0, so that a first increase is seen as one. Not those of pairs of endpoints
 * and reasons (`holdfast_fallbacks_total`): they would be a fifth of all series, and no rule uses them.
 */
export function zeroSeries(series: GatewaySeries, config: Config): void {
  for (const cluster of config.clusters) {
    zeroCluster(series, cluster.name, protocolsOf(cluster));
    zeroEndpoints(series, cluster);
    for (const model of modelsOf(cluster, config)) {
      for (const type of ['input', 'output']) series.usage.labels(cluster.name, model, type);
    }
  }
  zeroCluster(series, NO_CLUSTER, ['openai', 'anthropic']);
  for (const model of new Set(config.clusters.flatMap((cluster) => modelsOf(cluster, config))))
    series.throttleDelays.labels(model);
  for (const reason of ['budget', 'deadline', 'client_retry']) series.suppressed.labels(reason);
  for (const result of CACHE_RESULTS) series.cache.labels(result);
}

/** What clients may speak to a cluster, its own protocol or one that it is translated from. */
function protocolsOf({ endpoints }: Cluster): Protocol[] {
  const at = endpoints.map(dialectsAt);
  return (Object.keys(DIALECTS) as Protocol[]).filter((protocol) =>
    DIALECTS[protocol].some((name) => at.some((told) => told[name] !== null)),
  );
}

function zeroCluster(series: GatewaySeries, name: string, protocols: readonly string[]): void {
  for (const protocol of protocols) {
    for (const outcome of OUTCOMES) series.requests.labels(name, protocol, outcome);
  }
  for (const stream of ['true', 'false']) series.duration.labels(name, stream);
  series.firstContent.labels(name);
  series.overhead.labels(name);
}

function zeroEndpoints(series: GatewaySeries, { name, endpoints }: Cluster): void {
  for (const { name: endpoint } of endpoints) {
    for (const result of ATTEMPT_RESULTS) series.attempts.labels(name, endpoint, result);
    series.upstreamDuration.labels(name, endpoint);
  }
}

/** Exact names that lead to a cluster, and what stands for all others. */
function modelsOf(cluster: Cluster, { routes }: Config): string[] {
  const names = routes.filter((route) => route.cluster === cluster.name).map(({ model }) => model);
  const mapped = cluster.endpoints.flatMap(({ models }) => Object.keys(models));
  return [...new Set([...names, ...mapped].filter((name) => !isGlob(name))), OTHER_MODELS];
}

import type { HealthPolicy, RetryPolicy, Timeouts } from '@holdfast/config/policies';
import type { Config, Route } from '@holdfast/config/types';

/** What `retry.max_total_time` is shortened to; a drill waits for it when a primary hangs. */
const PATIENCE_MS = 6_000;
/** No timeout for the first content is shortened below this, so that a busy machine is not taken for an outage. */
const SHORTEST_TIMEOUT_MS = 500;

/** How many times as fast the configured time may run in a drill; 1: it is short as it is. */
export function speedFor(config: Config, routes: readonly Route[]): number {
  const longest = Math.max(...routes.map(({ retry }) => retry.maxTotalTimeMs));
  const timeouts = [
    ...config.routes.map((route) => route.timeouts.firstContentMs),
    ...config.clusters.flatMap(({ endpoints }) => endpoints.flatMap(({ timeoutMs }) => timeoutMs ?? [])),
  ];
  const bearable = Math.min(...timeouts) / SHORTEST_TIMEOUT_MS;
  return Math.max(1, Math.min(longest / PATIENCE_MS, bearable));
}

/** The configuration with every timeout, wait and rest that an outage meets divided by the speed. Connecting is left as it is: it takes the time it takes. */
export function speedUp(config: Config, speed: number): Config {
  const fast = (ms: number) => Math.round(ms / speed);
  const retry = (policy: RetryPolicy): RetryPolicy => ({
    ...policy,
    baseDelayMs: fast(policy.baseDelayMs),
    maxDelayMs: fast(policy.maxDelayMs),
    maxTotalTimeMs: fast(policy.maxTotalTimeMs),
  });
  const timeouts = (given: Timeouts): Timeouts => ({
    ...given,
    firstContentMs: fast(given.firstContentMs),
    idleMs: fast(given.idleMs),
    totalMs: fast(given.totalMs),
  });
  const health = (policy: HealthPolicy): HealthPolicy => ({ ...policy, timeoutMs: fast(policy.timeoutMs) });
  return {
    ...config,
    retry: retry(config.retry),
    timeouts: timeouts(config.timeouts),
    breaker: {
      ...config.breaker,
      openForMs: fast(config.breaker.openForMs),
      rampMs: fast(config.breaker.rampMs),
    },
    health: health(config.health),
    tokenPools: config.tokenPools.map((pool) => ({ ...pool, blockForMs: fast(pool.blockForMs) })),
    routes: config.routes.map((route) => ({
      ...route,
      retry: retry(route.retry),
      timeouts: timeouts(route.timeouts),
    })),
    clusters: config.clusters.map((cluster) => ({
      ...cluster,
      endpoints: cluster.endpoints.map((endpoint) => ({
        ...endpoint,
        timeoutMs: endpoint.timeoutMs === null ? null : fast(endpoint.timeoutMs),
      })),
    })),
  };
}

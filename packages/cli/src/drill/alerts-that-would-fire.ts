import type { Alerts } from '@holdfast/config/types';
import { ERROR_RATIO, TOKENS_LOW_DIVISOR } from '@holdfast/prometheus/rules/rule';
import type { ProbedEndpoint } from '../check/probe-directly.ts';

/** What the rules of `prometheus/src/rules/` look at, as a drill measured it. */
export interface Evidence {
  readonly alerts: Alerts;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Ms, of all requests. */
  readonly p95Ms: number;
  readonly stateStoreUp: boolean;
  /** The endpoints of the cluster, as a probe finds them during the outage. */
  readonly probed: readonly ProbedEndpoint[];
  /** What a drill sends at most; where `min_requests` asks for more, that many will do. */
  readonly maxRequests: number;
  /** Of each pool the cluster draws from. */
  readonly pools: readonly { readonly available: number; readonly total: number }[];
}

/** The alerts whose condition holds; Prometheus sends them once it has held for as long as each rule's `for`. */
export function alertsThatWouldFire({
  alerts: { fallbackRatio, responseTimeMs },
  outcomes,
  p95Ms,
  stateStoreUp,
  probed,
  pools,
  maxRequests,
}: Evidence): string[] {
  const sum = (...names: string[]) => names.reduce((total, name) => total + (outcomes[name] ?? 0), 0);
  const requests = sum('primary', 'fallback', 'canned', 'exhausted');
  const isEnough = requests >= Math.min(fallbackRatio.minRequests, maxRequests);
  const notByFirstChoice = requests === 0 ? 0 : sum('fallback', 'canned', 'exhausted') / requests;
  const errors = sum('exhausted');
  const known = probed.filter(({ state }) => state !== 'unknown');
  const down = known.filter(({ state }) => state === 'down');
  const conditions: Readonly<Record<string, boolean>> = {
    HoldfastFallbackRatioHigh: isEnough && notByFirstChoice > fallbackRatio.warning,
    HoldfastFallbackRatioCritical: isEnough && notByFirstChoice > fallbackRatio.critical,
    HoldfastErrorRatioHigh: isEnough && errors > 1.5 && errors / requests > ERROR_RATIO,
    HoldfastResponseTimeHigh: isEnough && p95Ms > responseTimeMs,
    HoldfastEndpointDown: down.length > 0,
    HoldfastClusterDown: down.length > 0 && down.length === known.length,
    HoldfastTokenPoolExhausted: pools.some(({ available, total }) => total > 0 && available === 0),
    HoldfastTokenPoolLow: pools.some(
      ({ available, total }) => available > 0 && TOKENS_LOW_DIVISOR * available <= total,
    ),
    HoldfastStateStoreDown: !stateStoreUp,
  };
  return Object.keys(conditions).filter((name) => conditions[name]);
}

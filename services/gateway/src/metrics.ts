import type { Config, Endpoint } from '@holdfast/config/types';
import type { BreakerState } from '@holdfast/core/breaker';
import { ATTEMPT_RESULTS, type AttemptResult } from '@holdfast/core/verdict';
import type { Usage } from '@holdfast/dialects/dialect';
import type { Count } from '@holdfast/runtime/counter-family';
import { createServiceMetrics, Gauge, type ServiceMetrics } from '@holdfast/runtime/metrics';
import { version } from '@holdfast/runtime/version';
import { BREAKER_STATES, type CacheResult, NO_CLUSTER, type Outcome } from './metrics/labels.ts';
import { createSeries } from './metrics/series.ts';
import { zeroSeries } from './metrics/zero-series.ts';

export type MetricProtocol = 'openai' | 'anthropic';

/** Handles bound to one endpoint's labels, looked up once. */
export interface EndpointMetrics {
  attempt(result: AttemptResult, seconds: number): void;
}

/** Handles bound to one cluster's labels. */
export interface ClusterMetrics {
  request(protocol: MetricProtocol, outcome: Outcome): void;
  duration(stream: boolean, seconds: number): void;
  firstContent(seconds: number): void;
  overhead(seconds: number): void;
  usage(model: string, usage: Usage): void;
  inFlight: number;
}

export interface GatewayMetrics extends ServiceMetrics {
  forEndpoint(endpoint: Endpoint): EndpointMetrics;
  forCluster(name: string): ClusterMetrics;
  fellBack(cluster: string, from: string, to: string, reason: string): void;
  retrySuppressed(reason: 'budget' | 'deadline' | 'client_retry'): void;
  throttled(model: string, seconds: number): void;
  rateLimited(): void;
  cache(result: CacheResult): void;
  alertReceived(name: string, status: string): void;
  /** Creates every series of the configured names at 0. `breakers` is asked at each scrape. */
  prepare(config: Config, breakers: () => Iterable<{ endpoint: Endpoint; kind: BreakerState['kind'] }>): void;
}

/** The gateway's metrics (docs/metrics.md). Per-request and per-attempt ones never mix. */
export function createGatewayMetrics(): GatewayMetrics {
  const service = createServiceMetrics('gateway', version);
  const registers = [service.registry];
  const series = createSeries(service.registry);
  const breaker = new Gauge({
    name: 'holdfast_breaker_state',
    help: 'In which state is the breaker of each endpoint? 1 for the state it is in.',
    labelNames: ['llm_cluster', 'llm_endpoint', 'state'],
    registers,
    collect: () => {
      for (const { endpoint, kind } of listBreakers()) {
        for (const state of BREAKER_STATES)
          breaker.set(
            { llm_cluster: endpoint.cluster, llm_endpoint: endpoint.name, state },
            state === kind ? 1 : 0,
          );
      }
    },
  });
  const clusters = new Map<string, ClusterMetrics>();
  const inFlight = new Gauge({
    name: 'holdfast_in_flight_requests',
    help: 'How many client requests are being worked on?',
    labelNames: ['llm_cluster'],
    registers,
    collect: () => {
      for (const [name, cluster] of clusters) inFlight.set({ llm_cluster: name }, cluster.inFlight);
    },
  });
  let listBreakers: () => Iterable<{ endpoint: Endpoint; kind: BreakerState['kind'] }> = () => [];

  const forEndpoint = ({ cluster, name }: Endpoint): EndpointMetrics => {
    const counters = Object.fromEntries(
      ATTEMPT_RESULTS.map((result) => [result, series.attempts.labels(cluster, name, result)]),
    ) as Record<AttemptResult, Count>;
    const seconds = series.upstreamDuration.labels(cluster, name);
    return {
      attempt(result, took) {
        counters[result].inc();
        seconds.observe(took);
      },
    };
  };

  const forCluster = (name: string): ClusterMetrics => {
    const known = clusters.get(name);
    if (known) return known;
    const counters: Record<MetricProtocol, Partial<Record<Outcome, Count>>> = { openai: {}, anthropic: {} };
    const usages = new Map<string, { input: Count; output: Count }>();
    const durations = {
      true: series.duration.labels(name, 'true'),
      false: series.duration.labels(name, 'false'),
    };
    const first = series.firstContent.labels(name);
    const own = series.overhead.labels(name);
    const made: ClusterMetrics = {
      request(protocol, outcome) {
        counters[protocol][outcome] ??= series.requests.labels(name, protocol, outcome);
        counters[protocol][outcome].inc();
      },
      duration: (stream, seconds) => durations[stream ? 'true' : 'false'].observe(seconds),
      firstContent: (seconds) => first.observe(seconds),
      overhead: (seconds) => own.observe(seconds),
      usage(model, { inputTokens, outputTokens }) {
        let counted = usages.get(model);
        if (!counted) {
          counted = {
            input: series.usage.labels(name, model, 'input'),
            output: series.usage.labels(name, model, 'output'),
          };
          usages.set(model, counted);
        }
        counted.input.inc(inputTokens ?? 0);
        counted.output.inc(outputTokens ?? 0);
      },
      inFlight: 0,
    };
    clusters.set(name, made);
    return made;
  };

  const throttleDelay = series.throttleDelay.labels();
  const rateLimited = series.rateLimited.labels();
  return {
    ...service,
    forEndpoint,
    forCluster,
    fellBack: (cluster, from, to, reason) => series.fallbacks.labels(cluster, from, to, reason).inc(),
    retrySuppressed: (reason) => series.suppressed.labels(reason).inc(),
    throttled(model, seconds) {
      series.throttleDelays.labels(model).inc();
      throttleDelay.observe(seconds);
    },
    rateLimited: () => rateLimited.inc(),
    cache: (result) => series.cache.labels(result).inc(),
    alertReceived: (name, status) => series.alerts.labels(name, status).inc(),
    prepare(config, breakers) {
      listBreakers = breakers;
      for (const name of [...config.clusters.map((cluster) => cluster.name), NO_CLUSTER]) forCluster(name);
      zeroSeries(series, config);
    },
  };
}

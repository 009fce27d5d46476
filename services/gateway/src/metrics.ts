import type { Config, Endpoint } from '@holdfast/config/types';
import type { AttemptResult } from '@holdfast/core/verdict';
import {
  Counter,
  createServiceMetrics,
  Gauge,
  Histogram,
  type ServiceMetrics,
} from '@holdfast/runtime/metrics';
import { version } from '@holdfast/runtime/version';

export type Outcome = 'primary' | 'fallback' | 'canned' | 'exhausted' | 'cache' | 'rejected' | 'cancelled';
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
  usage(cluster: string, model: string, type: 'input' | 'output', count: number): void;
  alertReceived(name: string, status: string): void;
  /** Creates every series of the configured names at 0. `breakers` is asked at each scrape. */
  prepare(
    config: Config,
    breakers: () => Iterable<{ endpoint: Endpoint; kind: 'closed' | 'open' | 'half_open' }>,
  ): void;
}

export type CacheResult = 'hit' | 'stale' | 'miss' | 'bypass' | 'coalesced';

export const OUTCOMES: readonly Outcome[] = [
  'primary',
  'fallback',
  'canned',
  'exhausted',
  'cache',
  'rejected',
  'cancelled',
];
export const RESULTS = [
  'ok',
  'timeout',
  'connect_error',
  'rate_limited',
  'quota_exhausted',
  'auth_error',
  'overloaded',
  'server_error',
  'client_error',
  'bad_response',
  'empty_response',
  'aborted',
] as const satisfies readonly AttemptResult[];
const BREAKER_STATES = ['closed', 'open', 'half_open'] as const;
const CACHE_RESULTS: readonly CacheResult[] = ['hit', 'stale', 'miss', 'bypass', 'coalesced'];
/** Requests with no route. */
export const NO_CLUSTER = 'none';

const REQUEST_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
const OVERHEAD_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];

/** The gateway's metrics (CONTRACT section 5). Per-request and per-attempt ones never mix. */
export function createGatewayMetrics(): GatewayMetrics {
  const service = createServiceMetrics('gateway', version);
  const registers = [service.registry];
  const requests = new Counter({
    name: 'holdfast_requests_total',
    help: 'How did client requests end? Counted once, at the end, on the cluster of the model asked for.',
    labelNames: ['llm_cluster', 'protocol', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'holdfast_request_duration_seconds',
    help: 'How long did clients wait for the whole answer?',
    labelNames: ['llm_cluster', 'stream'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const firstContent = new Histogram({
    name: 'holdfast_time_to_first_content_seconds',
    help: 'How long did clients wait for the first content of a stream?',
    labelNames: ['llm_cluster'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const overhead = new Histogram({
    name: 'holdfast_overhead_seconds',
    help: 'How much of a request was the gateway itself: all but upstream attempts and planned waits?',
    labelNames: ['llm_cluster'],
    buckets: OVERHEAD_SECONDS,
    registers,
  });
  const attempts = new Counter({
    name: 'holdfast_upstream_attempts_total',
    help: 'What became of the calls to each endpoint?',
    labelNames: ['llm_cluster', 'llm_endpoint', 'result'],
    registers,
  });
  const upstreamDuration = new Histogram({
    name: 'holdfast_upstream_duration_seconds',
    help: 'How long did calls to each endpoint take?',
    labelNames: ['llm_cluster', 'llm_endpoint'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const fallbacks = new Counter({
    name: 'holdfast_fallbacks_total',
    help: 'Where did requests go when an endpoint failed them, and why?',
    labelNames: ['llm_cluster', 'from', 'to', 'reason'],
    registers,
  });
  const suppressed = new Counter({
    name: 'holdfast_retries_suppressed_total',
    help: 'Which retries were not made, and why?',
    labelNames: ['reason'],
    registers,
  });
  const throttleDelays = new Counter({
    name: 'holdfast_throttle_delays_total',
    help: 'How often was a request held back for the minimum interval?',
    labelNames: ['model'],
    registers,
  });
  const throttleDelay = new Histogram({
    name: 'holdfast_throttle_delay_seconds',
    help: 'How long were requests held back for the minimum interval?',
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30],
    registers,
  });
  const rateLimited = new Counter({
    name: 'holdfast_rate_limited_total',
    help: 'How many requests were over their client limit?',
    registers,
  });
  const cache = new Counter({
    name: 'holdfast_cache_requests_total',
    help: 'What did the answer cache do for requests?',
    labelNames: ['result'],
    registers,
  });
  const usage = new Counter({
    name: 'holdfast_llm_tokens_total',
    help: 'How many LLM tokens went in and out?',
    labelNames: ['llm_cluster', 'model', 'type'],
    registers,
  });
  const alerts = new Counter({
    name: 'holdfast_alerts_received_total',
    help: 'Which alerts did Alertmanager deliver to the built-in webhook?',
    labelNames: ['alertname', 'status'],
    registers,
  });
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
  let listBreakers: () => Iterable<{ endpoint: Endpoint; kind: (typeof BREAKER_STATES)[number] }> = () => [];

  const forEndpoint = ({ cluster, name }: Endpoint): EndpointMetrics => {
    const counters = Object.fromEntries(
      RESULTS.map((result) => [result, attempts.labels(cluster, name, result)]),
    ) as Record<AttemptResult, Counter.Internal>;
    const seconds = upstreamDuration.labels(cluster, name);
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
    const counters = new Map<string, Counter.Internal>();
    const durations = { true: duration.labels(name, 'true'), false: duration.labels(name, 'false') };
    const first = firstContent.labels(name);
    const own = overhead.labels(name);
    const made: ClusterMetrics = {
      request(protocol, outcome) {
        const key = protocol + outcome;
        let counter = counters.get(key);
        if (!counter) {
          counter = requests.labels(name, protocol, outcome);
          counters.set(key, counter);
        }
        counter.inc();
      },
      duration: (stream, seconds) => durations[stream ? 'true' : 'false'].observe(seconds),
      firstContent: (seconds) => first.observe(seconds),
      overhead: (seconds) => own.observe(seconds),
      inFlight: 0,
    };
    clusters.set(name, made);
    return made;
  };

  return {
    ...service,
    forEndpoint,
    forCluster,
    fellBack: (llm_cluster, from, to, reason) => fallbacks.inc({ llm_cluster, from, to, reason }),
    retrySuppressed: (reason) => suppressed.inc({ reason }),
    throttled(model, seconds) {
      throttleDelays.inc({ model });
      throttleDelay.observe(seconds);
    },
    rateLimited: () => rateLimited.inc(),
    cache: (result) => cache.inc({ result }),
    usage: (llm_cluster, model, type, count) => usage.inc({ llm_cluster, model, type }, count),
    alertReceived: (alertname, status) => alerts.inc({ alertname, status }),
    prepare(config, breakers) {
      listBreakers = breakers;
      for (const name of [...config.clusters.map((cluster) => cluster.name), NO_CLUSTER]) {
        forCluster(name);
        for (const protocol of ['openai', 'anthropic'] as const) {
          for (const outcome of OUTCOMES) requests.inc({ llm_cluster: name, protocol, outcome }, 0);
        }
        for (const stream of ['true', 'false']) duration.zero({ llm_cluster: name, stream });
        firstContent.zero({ llm_cluster: name });
        overhead.zero({ llm_cluster: name });
      }
      for (const { endpoints } of config.clusters) {
        for (const { cluster, name } of endpoints) {
          for (const result of RESULTS) attempts.inc({ llm_cluster: cluster, llm_endpoint: name, result }, 0);
          upstreamDuration.zero({ llm_cluster: cluster, llm_endpoint: name });
        }
      }
      for (const reason of ['budget', 'deadline', 'client_retry']) suppressed.inc({ reason }, 0);
      for (const result of CACHE_RESULTS) cache.inc({ result }, 0);
    },
  };
}

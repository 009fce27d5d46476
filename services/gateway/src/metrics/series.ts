import { Counter, Histogram, type Registry } from '@holdfast/runtime/metrics';

const REQUEST_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
const OVERHEAD_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];

export type GatewaySeries = ReturnType<typeof createSeries>;

/** The counters and histograms of CONTRACT section 5. Per-request and per-attempt ones never mix. */
export function createSeries(registry: Registry) {
  const registers = [registry];
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
  return {
    requests,
    duration,
    firstContent,
    overhead,
    attempts,
    upstreamDuration,
    fallbacks,
    suppressed,
    throttleDelays,
    throttleDelay,
    rateLimited,
    cache,
    usage,
    alerts,
  };
}

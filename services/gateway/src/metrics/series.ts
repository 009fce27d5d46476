import { CounterFamily } from '@holdfast/runtime/counter-family';
import { HistogramFamily } from '@holdfast/runtime/histogram-family';
import type { Registry } from '@holdfast/runtime/metrics';

const REQUEST_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
const OVERHEAD_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];

export type GatewaySeries = ReturnType<typeof createSeries>;

/** The counters and histograms (docs/metrics.md). Per-request and per-attempt ones never mix. */
export function createSeries(registry: Registry) {
  const requests = new CounterFamily({
    name: 'holdfast_requests_total',
    help: 'How did client requests end? Counted once, at the end, on the cluster of the model asked for.',
    labelNames: ['llm_cluster', 'protocol', 'outcome'],
    registry,
  });
  const duration = new HistogramFamily({
    name: 'holdfast_request_duration_seconds',
    help: 'How long did clients wait for the whole answer?',
    labelNames: ['llm_cluster', 'stream'],
    buckets: REQUEST_SECONDS,
    registry,
  });
  const firstContent = new HistogramFamily({
    name: 'holdfast_time_to_first_content_seconds',
    help: 'How long did clients wait for the first content of a stream?',
    labelNames: ['llm_cluster'],
    buckets: REQUEST_SECONDS,
    registry,
  });
  const overhead = new HistogramFamily({
    name: 'holdfast_overhead_seconds',
    help: 'How much of a request was the gateway itself: all but upstream attempts and planned waits?',
    labelNames: ['llm_cluster'],
    buckets: OVERHEAD_SECONDS,
    registry,
  });
  const attempts = new CounterFamily({
    name: 'holdfast_upstream_attempts_total',
    help: 'What became of the calls to each endpoint?',
    labelNames: ['llm_cluster', 'llm_endpoint', 'result'],
    registry,
  });
  const upstreamDuration = new HistogramFamily({
    name: 'holdfast_upstream_duration_seconds',
    help: 'How long did calls to each endpoint take?',
    labelNames: ['llm_cluster', 'llm_endpoint'],
    buckets: REQUEST_SECONDS,
    registry,
  });
  const fallbacks = new CounterFamily({
    name: 'holdfast_fallbacks_total',
    help: 'Where did requests go when an endpoint failed them, and why?',
    labelNames: ['llm_cluster', 'from', 'to', 'reason'],
    registry,
  });
  const suppressed = new CounterFamily({
    name: 'holdfast_retries_suppressed_total',
    help: 'Which retries were not made, and why?',
    labelNames: ['reason'],
    registry,
  });
  const throttleDelays = new CounterFamily({
    name: 'holdfast_throttle_delays_total',
    help: 'How often was a request held back for the minimum interval?',
    labelNames: ['model'],
    registry,
  });
  const throttleDelay = new HistogramFamily({
    name: 'holdfast_throttle_delay_seconds',
    help: 'How long were requests held back for the minimum interval?',
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30],
    registry,
  });
  const rateLimited = new CounterFamily({
    name: 'holdfast_rate_limited_total',
    help: 'How many requests were over their client limit?',
    registry,
  });
  const cache = new CounterFamily({
    name: 'holdfast_cache_requests_total',
    help: 'What did the answer cache do for requests?',
    labelNames: ['result'],
    registry,
  });
  const usage = new CounterFamily({
    name: 'holdfast_llm_tokens_total',
    help: 'How many LLM tokens went in and out?',
    labelNames: ['llm_cluster', 'model', 'type'],
    registry,
  });
  const alerts = new CounterFamily({
    name: 'holdfast_alerts_received_total',
    help: 'Which alerts did Alertmanager deliver to the built-in webhook?',
    labelNames: ['alertname', 'status'],
    registry,
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

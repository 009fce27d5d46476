import { type MetricDescription, metric } from './metric-description.ts';

const GATEWAY = ['gateway'] as const;

/** What the gateway shows. Metrics of requests and of attempts never mix. */
export const GATEWAY_METRICS: readonly MetricDescription[] = [
  metric(
    GATEWAY,
    'counter',
    'holdfast_requests_total',
    ['llm_cluster', 'protocol', 'outcome'],
    'How did requests end?',
  ),
  metric(
    GATEWAY,
    'histogram',
    'holdfast_request_duration_seconds',
    ['llm_cluster', 'stream'],
    'How long did clients wait for the whole answer?',
  ),
  metric(
    GATEWAY,
    'histogram',
    'holdfast_time_to_first_content_seconds',
    ['llm_cluster'],
    'How long did clients wait for the first content?',
  ),
  metric(
    GATEWAY,
    'histogram',
    'holdfast_overhead_seconds',
    ['llm_cluster'],
    'How much of that did the gateway itself take?',
  ),
  metric(
    GATEWAY,
    'counter',
    'holdfast_upstream_attempts_total',
    ['llm_cluster', 'llm_endpoint', 'result'],
    'What became of each attempt?',
  ),
  metric(
    GATEWAY,
    'histogram',
    'holdfast_upstream_duration_seconds',
    ['llm_cluster', 'llm_endpoint'],
    'How long do endpoints take?',
  ),
  metric(
    GATEWAY,
    'counter',
    'holdfast_fallbacks_total',
    ['llm_cluster', 'from', 'to', 'reason'],
    'Who stood in for whom, and why?',
  ),
  metric(
    GATEWAY,
    'counter',
    'holdfast_retries_suppressed_total',
    ['reason'],
    'Which retries were not made, and why?',
  ),
  metric(
    GATEWAY,
    'gauge',
    'holdfast_breaker_state',
    ['llm_cluster', 'llm_endpoint', 'state'],
    'Which endpoints does traffic avoid?',
  ),
  metric(
    GATEWAY,
    'gauge',
    'holdfast_in_flight_requests',
    ['llm_cluster'],
    'How many requests are being answered now?',
  ),
  metric(
    GATEWAY,
    'counter',
    'holdfast_throttle_delays_total',
    ['model'],
    'How often did the throttle make a request wait?',
  ),
  metric(
    GATEWAY,
    'histogram',
    'holdfast_throttle_delay_seconds',
    [],
    'How long did the throttle make requests wait?',
  ),
  metric(GATEWAY, 'counter', 'holdfast_rate_limited_total', [], 'How many requests exceeded a client limit?'),
  metric(GATEWAY, 'counter', 'holdfast_cache_requests_total', ['result'], 'What did the answer cache save?'),
  metric(
    GATEWAY,
    'counter',
    'holdfast_llm_tokens_total',
    ['llm_cluster', 'model', 'type'],
    'What usage did the models count?',
  ),
  metric(
    GATEWAY,
    'counter',
    'holdfast_alerts_received_total',
    ['alertname', 'status'],
    'Which alerts reached the built-in webhook?',
  ),
];

/**
 * Every metric of the suite: what rules and dashboards may use, and what the services must show. A comment or `question`
 * says what the metric answers; label values of closed sets are listed, others come from the configuration.
 */

export type Job = 'gateway' | 'health-checker' | 'token-rotator' | 'tagger';

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly jobs: readonly Job[];
  readonly labels: readonly string[];
  readonly question: string;
}

/** Closed sets of label values, by label; `result` and `reason` differ per metric and are listed with it below. */
export const OUTCOMES = [
  'primary',
  'fallback',
  'canned',
  'exhausted',
  'cache',
  'rejected',
  'cancelled',
] as const;
export const ATTEMPT_RESULTS = [
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
] as const;
export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const;
export const TOKEN_STATES = ['available', 'cooling', 'quota_exhausted', 'invalid'] as const;

const GATEWAY = ['gateway'] as const;
const HEALTH_CHECKER = ['health-checker'] as const;
const TOKEN_ROTATOR = ['token-rotator'] as const;
const TAGGER = ['tagger'] as const;
const ALL: readonly Job[] = ['gateway', 'health-checker', 'token-rotator', 'tagger'];

const metric = (
  jobs: readonly Job[],
  type: MetricDescription['type'],
  name: string,
  labels: readonly string[],
  question: string,
): MetricDescription => ({ name, type, jobs, labels, question });

export const METRIC_CATALOGUE: readonly MetricDescription[] = [
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
  metric(
    HEALTH_CHECKER,
    'gauge',
    'holdfast_endpoint_up',
    ['llm_cluster', 'llm_endpoint'],
    'Which endpoints are up by probes?',
  ),
  metric(
    HEALTH_CHECKER,
    'counter',
    'holdfast_probes_total',
    ['llm_cluster', 'llm_endpoint', 'result'],
    'What became of the probes?',
  ),
  metric(HEALTH_CHECKER, 'histogram', 'holdfast_probe_duration_seconds', [], 'How long do probes take?'),
  metric(
    HEALTH_CHECKER,
    'counter',
    'holdfast_probes_skipped_total',
    ['reason'],
    'Which probes were saved, and why?',
  ),
  metric(
    HEALTH_CHECKER,
    'counter',
    'holdfast_probe_llm_tokens_total',
    ['llm_cluster', 'llm_endpoint'],
    'What usage did probes cause?',
  ),
  metric(
    HEALTH_CHECKER,
    'gauge',
    'holdfast_probe_last_run_timestamp_seconds',
    [],
    'When did the probes last run?',
  ),
  metric(
    HEALTH_CHECKER,
    'gauge',
    'holdfast_failure_queue_length',
    [],
    'How many endpoints wait to be re-checked?',
  ),
  metric(
    HEALTH_CHECKER,
    'gauge',
    'holdfast_endpoint_weight',
    ['llm_cluster', 'llm_endpoint'],
    'Which share of its tier does an endpoint get?',
  ),
  metric(
    TOKEN_ROTATOR,
    'gauge',
    'holdfast_token_pool_tokens',
    ['pool', 'state'],
    'How many tokens of a pool can be used?',
  ),
  metric(
    TOKEN_ROTATOR,
    'counter',
    'holdfast_token_rotations_total',
    ['pool', 'reason'],
    'How often did a pool move on, and why?',
  ),
  metric(
    TOKEN_ROTATOR,
    'counter',
    'holdfast_daily_limit_hits_total',
    ['pool', 'model'],
    'Which models ran out of their day?',
  ),
  metric(TAGGER, 'counter', 'holdfast_tagging_jobs_total', ['result'], 'What became of the tagging jobs?'),
  metric(TAGGER, 'histogram', 'holdfast_tagging_job_duration_seconds', [], 'How long do tagging jobs take?'),
  metric(TAGGER, 'gauge', 'holdfast_tagging_queue_length', [], 'How many posts wait for tags?'),
  metric(
    TAGGER,
    'gauge',
    'holdfast_tagging_oldest_job_age_seconds',
    [],
    'How long has the oldest of them waited?',
  ),
  metric(
    ALL,
    'gauge',
    'holdfast_build_info',
    ['service', 'version', 'node_version'],
    'Which version runs where?',
  ),
  metric(ALL, 'gauge', 'holdfast_state_store_up', [], 'Does the shared state store answer?'),
  metric(
    ALL,
    'gauge',
    'holdfast_config_last_reload_successful',
    [],
    'Was the last reading of the configuration valid?',
  ),
  metric(
    ALL,
    'gauge',
    'holdfast_config_last_reload_success_timestamp_seconds',
    [],
    'When was the configuration in use read?',
  ),
];

/** Metrics that rules and dashboards may use besides the suite's own, by who exposes them. */
export const FOREIGN_METRICS: readonly string[] = [
  // Prometheus itself, for every target.
  'up',
  'ALERTS',
  // prom-client's defaults.
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  'process_open_fds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_heap_size_used_bytes',
  'nodejs_gc_duration_seconds_sum',
  // Prometheus and Alertmanager about themselves.
  'prometheus_rule_evaluation_failures_total',
  'prometheus_tsdb_head_series',
  'alertmanager_notifications_total',
  'alertmanager_notifications_failed_total',
];

/** The names a scrape shows for a metric: a histogram is three. */
export function seriesNames({ name, type }: MetricDescription): readonly string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

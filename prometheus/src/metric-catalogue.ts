import { GATEWAY_METRICS } from './gateway-metrics.ts';
import { type Job, type MetricDescription, metric } from './metric-description.ts';

/**
 * Every metric of the suite: what rules and dashboards may use, and what the services must show. Each says which question it
 * answers.
 */

/** Closed sets of label values. */
export const OUTCOMES = [
  'primary',
  'fallback',
  'canned',
  'exhausted',
  'cache',
  'rejected',
  'cancelled',
] as const;
export const TOKEN_STATES = ['available', 'cooling', 'quota_exhausted', 'invalid'] as const;

const HEALTH_CHECKER = ['health-checker'] as const;
const TOKEN_ROTATOR = ['token-rotator'] as const;
const TAGGER = ['tagger'] as const;
const ALL: readonly Job[] = ['gateway', 'health-checker', 'token-rotator', 'tagger'];

export const METRIC_CATALOGUE: readonly MetricDescription[] = [
  ...GATEWAY_METRICS,
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

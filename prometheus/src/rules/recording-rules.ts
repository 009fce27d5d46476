import type { RecordingRule } from './rule.ts';

// Requests that a cluster had to answer; a cached, rejected or cancelled one says nothing about its health.
const answered = 'holdfast_requests_total{outcome=~"primary|fallback|canned|exhausted"}';
const notByFirstTier = 'holdfast_requests_total{outcome=~"fallback|canned|exhausted"}';

/** Names follow `level:metric:operations`, as Prometheus recommends. All are per cluster over five minutes. */
export const recordingRules: readonly RecordingRule[] = [
  {
    record: 'llm_cluster:holdfast_requests:increase5m',
    expr: `sum by (llm_cluster) (increase(${answered}[5m]))`,
  },
  {
    // 0 when nothing fell back, absent (by the filter) without traffic.
    record: 'llm_cluster:holdfast_fallback:ratio_increase5m',
    expr: `(
  sum by (llm_cluster) (increase(${notByFirstTier}[5m]))
  or
  0 * sum by (llm_cluster) (increase(${answered}[5m]))
)
/
(sum by (llm_cluster) (increase(${answered}[5m])) > 0)`,
  },
  {
    record: 'llm_cluster:holdfast_errors:increase5m',
    expr: 'sum by (llm_cluster) (increase(holdfast_requests_total{outcome="exhausted"}[5m]))',
  },
  {
    record: 'llm_cluster:holdfast_request_duration_seconds:p95_5m',
    expr: 'histogram_quantile(0.95, sum by (llm_cluster, le) (rate(holdfast_request_duration_seconds_bucket[5m])))',
  },
];

import type { Alerts } from '@holdfast/config/types';
import { type AlertDefinition, ERROR_RATIO } from './rule.ts';

/** What clients feel. Ratios only count from a number of requests, so that one failure at night wakes nobody. */
export function trafficAlerts({ fallbackRatio, responseTimeMs }: Alerts): readonly AlertDefinition[] {
  const seconds = responseTimeMs / 1000;
  const enoughRequests = `and on (llm_cluster)
  llm_cluster:holdfast_requests:increase5m >= ${fallbackRatio.minRequests}`;
  const ratioAbove = (threshold: number) => `llm_cluster:holdfast_fallback:ratio_increase5m > ${threshold}
${enoughRequests}`;
  const cluster = { name: 'cluster', label: 'llm_cluster' };

  return [
    {
      alert: 'HoldfastFallbackRatioHigh',
      expr: ratioAbove(fallbackRatio.warning),
      for: '30s',
      keepFiringFor: '30s',
      severity: 'warning',
      summary:
        '{{ $labels.llm_cluster }}: {{ $value | humanizePercentage }} of requests are not answered by the first choice',
      description: `More than ${percent(fallbackRatio.warning)} of the last five minutes' requests to cluster {{ $labels.llm_cluster }} were answered by a fallback, a canned text or an error. Clients are served, the primary is in trouble.`,
      dashboard: 'holdfast-clusters',
      dashboardVariable: cluster,
    },
    {
      alert: 'HoldfastFallbackRatioCritical',
      expr: ratioAbove(fallbackRatio.critical),
      for: '30s',
      keepFiringFor: '30s',
      severity: 'critical',
      summary:
        '{{ $labels.llm_cluster }}: {{ $value | humanizePercentage }} of requests are not answered by the first choice',
      description: `More than ${percent(fallbackRatio.critical)} of the last five minutes' requests to cluster {{ $labels.llm_cluster }} were answered by a fallback, a canned text or an error. The primary is as good as gone; what stands in carries the load.`,
      dashboard: 'holdfast-clusters',
      dashboardVariable: cluster,
    },
    {
      alert: 'HoldfastResponseTimeHigh',
      expr: `llm_cluster:holdfast_request_duration_seconds:p95_5m > ${seconds}
${enoughRequests}`,
      for: '1m',
      keepFiringFor: '1m',
      severity: 'warning',
      summary: '{{ $labels.llm_cluster }}: answers take {{ $value | humanizeDuration }} (p95)',
      description: `One in twenty requests to cluster {{ $labels.llm_cluster }} took longer than {{ $value | humanizeDuration }} in the last five minutes; the limit is ${seconds} s.`,
      dashboard: 'holdfast-overview',
      dashboardVariable: cluster,
    },
    {
      alert: 'HoldfastErrorRatioHigh',
      // A single failure is no trend, however few requests there were: the second condition wants two.
      expr: `llm_cluster:holdfast_errors:increase5m / llm_cluster:holdfast_requests:increase5m > ${ERROR_RATIO}
and on (llm_cluster)
  llm_cluster:holdfast_errors:increase5m > 1.5
${enoughRequests}`,
      for: '30s',
      keepFiringFor: '1m',
      severity: 'critical',
      summary: '{{ $labels.llm_cluster }}: {{ $value | humanizePercentage }} of requests end in an error',
      description: `More than ${percent(ERROR_RATIO)} of the last five minutes' requests to cluster {{ $labels.llm_cluster }} got an error, after every endpoint and fallback was tried.`,
      dashboard: 'holdfast-overview',
      dashboardVariable: cluster,
    },
  ];
}

const percent = (ratio: number) => `${Math.round(ratio * 1000) / 10} %`;

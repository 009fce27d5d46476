import type { Alerts } from '@holdfast/config/types';
import type { AlertDefinition, RecordingRule } from './rule.ts';

// A canned text is no answer of a model.
const unanswered = 'holdfast_requests_total{outcome=~"canned|exhausted"}';
const all = 'holdfast_requests_total{outcome=~"primary|fallback|canned|exhausted"}';

const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
type Window = (typeof WINDOWS)[number];

/** Longer windows cost more to evaluate, and change slowly. */
export const AVAILABILITY_INTERVAL = '1m';

const ratio = (window: Window) => `llm_cluster:holdfast_unanswered:ratio_rate${window}`;
const failures = (window: Window) => `llm_cluster:holdfast_unanswered:increase${window}`;

export const availabilityRecordings: readonly RecordingRule[] = [
  ...WINDOWS.map((window) => ({
    record: ratio(window),
    expr: `sum by (llm_cluster) (rate(${unanswered}[${window}])) / (sum by (llm_cluster) (rate(${all}[${window}])) > 0)`,
  })),
  ...(['1h', '1d'] as const).map((window) => ({
    record: failures(window),
    expr: `sum by (llm_cluster) (increase(${unanswered}[${window}]))`,
  })),
];

/**
 * Multi-window, multi-burn-rate alerts (Google SRE Workbook, "Alerting on SLOs", table 5-8): the long window says that the
 * budget of a month is being used up that much too fast, the short one that it still is.
 */
export function availabilityAlerts(objective: number, { fallbackRatio }: Alerts): readonly AlertDefinition[] {
  const budget = 1 - objective;
  const burns = (factor: number, long: Window, short: Window) => {
    const limit = Number((factor * budget).toPrecision(6));
    return `(${ratio(long)} > ${limit} and ${ratio(short)} > ${limit})`;
  };
  // Fewer failures than the requests that other alerts ask for are no trend.
  const enough = (window: '1h' | '1d') => `and on (llm_cluster)
  ${failures(window)} >= ${Math.max(2, fallbackRatio.minRequests)}`;
  const percent = `${Number((objective * 100).toPrecision(6))} %`;
  const common = {
    for: '2m',
    keepFiringFor: '5m',
    summary:
      '{{ $labels.llm_cluster }}: {{ $value | humanizePercentage }} of requests got no answer of a model',
    dashboard: 'holdfast-overview',
    dashboardVariable: { name: 'cluster', label: 'llm_cluster' },
  } as const;

  return [
    {
      ...common,
      alert: 'HoldfastErrorBudgetBurnFast',
      expr: `(
  ${burns(14.4, '1h', '5m')}
  or
  ${burns(6, '6h', '30m')}
)
${enough('1h')}`,
      severity: 'critical',
      description: `Cluster {{ $labels.llm_cluster }} should answer ${percent} of requests. At this rate a month's allowance of failures is gone within five days.`,
    },
    {
      ...common,
      alert: 'HoldfastErrorBudgetBurnSlow',
      expr: `(
  ${burns(3, '1d', '2h')}
  or
  ${burns(1, '3d', '6h')}
)
${enough('1d')}`,
      severity: 'warning',
      description: `Cluster {{ $labels.llm_cluster }} should answer ${percent} of requests. If this goes on, a month's allowance of failures will not last the month.`,
    },
  ];
}

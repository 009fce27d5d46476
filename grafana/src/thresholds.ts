import { loadConfig } from '@holdfast/config/load-config';
import { ERROR_RATIO, TAGGING_BACKLOG_SECONDS } from '@holdfast/prometheus/rules/rule';
import type { Threshold } from './panel.ts';

// The same numbers the alerts use: those of a configuration that sets none.
const { alerts } = loadConfig({ env: {}, cwd: import.meta.dirname });

export const fallbackRatioThresholds: readonly Threshold[] = [
  { from: alerts.fallbackRatio.warning, color: 'yellow' },
  { from: alerts.fallbackRatio.critical, color: 'red' },
];
export const responseTimeThresholds: readonly Threshold[] = [
  { from: alerts.responseTimeMs / 1000, color: 'red' },
];
export const errorRatioThresholds: readonly Threshold[] = [{ from: ERROR_RATIO, color: 'red' }];
export const backlogThresholds: readonly Threshold[] = [{ from: TAGGING_BACKLOG_SECONDS, color: 'red' }];
/** For counts that should be zero. */
export const anyIsBad: readonly Threshold[] = [{ from: 1, color: 'red' }];

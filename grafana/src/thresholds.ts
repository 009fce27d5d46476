import type { Config } from '@holdfast/config/types';
import { ERROR_RATIO, TAGGING_BACKLOG_SECONDS, TOKENS_LOW_DIVISOR } from '@holdfast/prometheus/rules/rule';
import { staleAfterSeconds } from '@holdfast/prometheus/rules/suite-alerts';
import type { Threshold } from './panel.ts';

export type BoardThresholds = ReturnType<typeof boardThresholds>;

/** The numbers that the alerts of this configuration use. */
export const boardThresholds = ({ alerts, health }: Pick<Config, 'alerts' | 'health'>) =>
  ({
    fallbackRatio: [
      { from: alerts.fallbackRatio.warning, color: 'yellow' },
      { from: alerts.fallbackRatio.critical, color: 'red' },
    ],
    responseTime: [{ from: alerts.responseTimeMs / 1000, color: 'red' }],
    probesStale: [{ from: staleAfterSeconds(health), color: 'red' }],
  }) satisfies Record<string, readonly Threshold[]>;

export const errorRatioThresholds: readonly Threshold[] = [{ from: ERROR_RATIO, color: 'red' }];
export const backlogThresholds: readonly Threshold[] = [{ from: TAGGING_BACKLOG_SECONDS, color: 'red' }];
/** The less the worse: none, few, enough. */
export const tokenShareThresholds: readonly Threshold[] = [
  { from: 0, color: 'red' },
  { from: 0.001, color: 'yellow' },
  { from: 1 / TOKENS_LOW_DIVISOR, color: 'green' },
];
/** For counts that should be zero. */
export const anyIsBad: readonly Threshold[] = [{ from: 1, color: 'red' }];

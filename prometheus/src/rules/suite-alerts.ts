import type { HealthPolicy } from '@holdfast/config/policies';
import { longestGapSeconds } from '../longest-gap.ts';
import { type AlertDefinition, TAGGING_BACKLOG_SECONDS } from './rule.ts';

const MISSED_RUNS = 3;

/** So long without a probe is too long for this schedule. */
export const staleAfterSeconds = ({ schedule }: Pick<HealthPolicy, 'schedule'>): number =>
  MISSED_RUNS * longestGapSeconds(schedule);

/** The suite itself, and the path alerts take. */
export function suiteAlerts(health: Pick<HealthPolicy, 'schedule'>): readonly AlertDefinition[] {
  return [
    {
      alert: 'HoldfastServiceDown',
      expr: 'up{job=~"gateway|health-checker|token-rotator|tagger|alertmanager"} == 0',
      for: '1m',
      keepFiringFor: '30s',
      // Clients only notice the gateway: it goes on with its last known state when the others are away.
      severity: '{{ if eq $labels.job "gateway" }}critical{{ else }}warning{{ end }}',
      summary: '{{ $labels.job }} does not answer',
      description: 'Prometheus has not reached {{ $labels.job }} at {{ $labels.instance }} for a minute.',
      dashboard: 'holdfast-suite',
    },
    {
      alert: 'HoldfastHealthCheckerStale',
      // 0 is a health-checker that has not run any probe yet, or has none to run.
      expr: `time() - max(holdfast_probe_last_run_timestamp_seconds > 0) > ${staleAfterSeconds(health)}`,
      for: '1m',
      keepFiringFor: '30s',
      severity: 'warning',
      summary: 'Endpoints have not been probed for {{ $value | humanizeDuration }}',
      description: `The last ${MISSED_RUNS} runs of the probes did not happen. The gateway falls back to what traffic tells it about its endpoints.`,
      dashboard: 'holdfast-suite',
    },
    {
      alert: 'HoldfastConfigReloadFailed',
      expr: 'holdfast_config_last_reload_successful == 0',
      for: '30s',
      keepFiringFor: '30s',
      severity: 'warning',
      summary: '{{ $labels.job }} refused the new configuration',
      description:
        '{{ $labels.job }} at {{ $labels.instance }} found holdfast.yaml invalid and goes on with the last good one. Its log and /readyz say what is wrong.',
      dashboard: 'holdfast-suite',
    },
    {
      alert: 'HoldfastStateStoreDown',
      expr: 'holdfast_state_store_up == 0',
      for: '30s',
      keepFiringFor: '30s',
      severity: 'warning',
      summary: '{{ $labels.job }} cannot reach Redis',
      description:
        '{{ $labels.job }} at {{ $labels.instance }} goes on with what it knows; limits and findings are not shared between replicas meanwhile.',
      dashboard: 'holdfast-suite',
    },
    {
      alert: 'HoldfastTaggingBacklog',
      expr: `max(holdfast_tagging_oldest_job_age_seconds) > ${TAGGING_BACKLOG_SECONDS}`,
      for: '2m',
      keepFiringFor: '1m',
      severity: 'warning',
      summary: 'Posts have waited {{ $value | humanizeDuration }} for tags',
      description: `The oldest tagging job is older than ${TAGGING_BACKLOG_SECONDS / 60} minutes: the tagger is stuck, too slow, or its models fail.`,
      dashboard: 'holdfast-suite',
    },
    {
      alert: 'Watchdog',
      expr: 'vector(1)',
      for: '0s',
      keepFiringFor: '0s',
      severity: 'none',
      summary: 'The alerting path works',
      description:
        'Always firing. Sent to a heartbeat service, its absence says that Prometheus or Alertmanager is down.',
      dashboard: 'holdfast-suite',
    },
  ];
}

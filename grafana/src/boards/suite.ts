import type { Board } from '../panel.ts';
import { anyIsBad, type BoardThresholds, backlogThresholds } from '../thresholds.ts';
import { upDown } from './colors.ts';

const services = 'job=~"gateway|health-checker|token-rotator|tagger"';

/** Is the suite itself well? */
export const suite = ({ probesStale }: BoardThresholds): Board => ({
  uid: 'holdfast-suite',
  file: 'suite.json',
  title: 'Holdfast / Suite internals',
  description: 'Are the processes of the suite well, and does the path that alerts take work?',
  variables: [],
  rows: [
    {
      title: 'Processes',
      panels: [
        {
          kind: 'timeline',
          title: 'Reachable',
          alerts: ['HoldfastServiceDown'],
          description: 'Which processes answer Prometheus?',
          query: { expr: 'min by (job) (up)', legend: '{{job}}' },
          states: upDown,
        },
        {
          kind: 'timeline',
          title: 'State store',
          alerts: ['HoldfastStateStoreDown'],
          description: 'Which processes reach Redis? Without it each goes on with what it knows.',
          query: { expr: 'min by (job) (holdfast_state_store_up)', legend: '{{job}}' },
          states: upDown,
        },
        {
          kind: 'timeline',
          title: 'Configuration',
          alerts: ['HoldfastConfigReloadFailed'],
          description: 'Was the last reading valid? If not, the last good one is in use.',
          query: { expr: 'min by (job) (holdfast_config_last_reload_successful)', legend: '{{job}}' },
          states: { 1: { text: 'valid', color: 'green' }, 0: { text: 'refused', color: 'red' } },
        },
        {
          kind: 'table',
          title: 'Versions',
          description: 'Which version runs where?',
          unit: 'none',
          query: { expr: 'count by (service, version, node_version) (holdfast_build_info)' },
          columns: { service: 'Service', version: 'Version', node_version: 'Node', Value: 'Processes' },
        },
        {
          kind: 'graph',
          title: 'Configuration in use, age',
          description: 'When was the configuration in use read?',
          unit: 's',
          queries: [
            {
              expr: 'time() - max by (job) (holdfast_config_last_reload_success_timestamp_seconds)',
              legend: '{{job}}',
            },
          ],
        },
        {
          kind: 'number',
          title: 'Since the last probes',
          alerts: ['HoldfastHealthCheckerStale'],
          description: 'How long ago did the health-checker last probe?',
          unit: 's',
          height: 8,
          query: {
            expr: 'time() - max(holdfast_probe_last_run_timestamp_seconds > 0)',
            legend: 'age',
          },
          thresholds: probesStale,
          whenEmpty: 'not yet',
        },
      ],
    },
    {
      title: 'Resources',
      panels: [
        {
          kind: 'graph',
          title: "The gateway's own time",
          description: 'How much of the answer time did the gateway itself take?',
          unit: 's',
          queries: [0.5, 0.99].map((of) => ({
            expr: `histogram_quantile(${of}, sum by (le) (rate(holdfast_overhead_seconds_bucket[$__rate_interval])))`,
            legend: `p${of * 100}`,
          })),
        },
        {
          kind: 'graph',
          title: 'CPU',
          description: 'Cores in use. A process uses little more than one.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (job) (rate(process_cpu_seconds_total{${services}}[$__rate_interval]))`,
              legend: '{{job}}',
            },
          ],
        },
        {
          kind: 'graph',
          title: 'Event loop lag, p99',
          description: 'How late does a process get to its work?',
          unit: 's',
          queries: [
            { expr: `max by (job) (nodejs_eventloop_lag_p99_seconds{${services}})`, legend: '{{job}}' },
          ],
        },
        {
          kind: 'graph',
          title: 'Memory',
          description: 'Resident memory, and the part that JavaScript uses.',
          unit: 'bytes',
          queries: [
            { expr: `max by (job) (process_resident_memory_bytes{${services}})`, legend: '{{job}}' },
            { expr: `max by (job) (nodejs_heap_size_used_bytes{${services}})`, legend: '{{job}} heap' },
          ],
        },
        {
          kind: 'graph',
          title: 'Garbage collection',
          description: 'Share of time spent on it.',
          unit: 'percentunit',
          queries: [
            {
              expr: `sum by (job) (rate(nodejs_gc_duration_seconds_sum{${services}}[$__rate_interval]))`,
              legend: '{{job}}',
            },
          ],
        },
        {
          kind: 'graph',
          title: 'Open files and sockets',
          description: 'How many does each process hold?',
          unit: 'short',
          queries: [{ expr: `max by (job) (process_open_fds{${services}})`, legend: '{{job}}' }],
        },
      ],
    },
    {
      title: 'Tagging',
      panels: [
        {
          kind: 'graph',
          title: 'Jobs by result',
          description: 'What became of the tagging jobs, per minute?',
          unit: 'short',
          stacked: true,
          width: 6,
          queries: [
            { expr: 'sum by (result) (increase(holdfast_tagging_jobs_total[1m]))', legend: '{{result}}' },
          ],
        },
        {
          kind: 'graph',
          title: 'Time of jobs, p95',
          description: 'How long do tagging jobs take?',
          unit: 's',
          width: 6,
          queries: [
            {
              expr: 'histogram_quantile(0.95, sum by (le) (rate(holdfast_tagging_job_duration_seconds_bucket[5m]))) >= 0',
              legend: 'p95',
            },
          ],
          mayBeEmpty: true,
        },
        {
          kind: 'graph',
          title: 'Posts that wait',
          description: 'How many posts wait for tags?',
          unit: 'short',
          width: 6,
          queries: [{ expr: 'max(holdfast_tagging_queue_length)', legend: 'posts' }],
        },
        {
          kind: 'graph',
          title: 'Oldest of them',
          alerts: ['HoldfastTaggingBacklog'],
          description: 'How long has it waited? The dashed line is the alert threshold.',
          unit: 's',
          width: 6,
          queries: [{ expr: 'max(holdfast_tagging_oldest_job_age_seconds)', legend: 'age' }],
          thresholds: backlogThresholds,
        },
      ],
    },
    {
      title: 'The path of alerts',
      panels: [
        {
          kind: 'number',
          width: 6,
          title: 'Rules that could not be evaluated',
          description: 'Prometheus failed to evaluate a rule, in the last hour.',
          unit: 'none',
          query: { expr: 'sum(increase(prometheus_rule_evaluation_failures_total[1h]))', legend: 'failures' },
          thresholds: anyIsBad,
          whenEmpty: 'no data',
        },
        {
          kind: 'graph',
          width: 6,
          title: 'Messages sent',
          description: 'Notifications by channel, and those that failed, per minute.',
          unit: 'short',
          height: 4,
          queries: [
            {
              expr: 'sum by (integration) (increase(alertmanager_notifications_total[1m])) > 0',
              legend: '{{integration}}',
            },
            {
              expr: 'sum by (integration) (increase(alertmanager_notifications_failed_total[1m])) > 0',
              legend: '{{integration}} failed',
            },
          ],
          mayBeEmpty: true,
        },
        {
          kind: 'graph',
          width: 6,
          title: 'Arrived at the built-in webhook',
          description: 'Alerts that came to the status page, over ten minutes.',
          unit: 'short',
          height: 4,
          queries: [
            {
              expr: 'sum by (alertname, status) (increase(holdfast_alerts_received_total[10m])) > 0',
              legend: '{{alertname}} {{status}}',
            },
          ],
          mayBeEmpty: true,
        },
        {
          kind: 'number',
          width: 6,
          title: 'Series in Prometheus',
          description: 'How many series does it hold?',
          unit: 'short',
          query: { expr: 'max(prometheus_tsdb_head_series)', legend: 'series' },
          whenEmpty: 'no data',
        },
      ],
    },
  ],
});

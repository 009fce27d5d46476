import { endpointUp } from '@holdfast/prometheus/rules/upstream-alerts';
import type { Board } from '../panel.ts';
import type { BoardThresholds } from '../thresholds.ts';
import { attemptColors, upDown } from './colors.ts';

const scope = 'llm_cluster=~"$cluster"';
const perEndpoint = 'llm_cluster, llm_endpoint';
const name = '{{llm_cluster}}/{{llm_endpoint}}';
const breaker = (state: string) =>
  `max by (${perEndpoint}) (holdfast_breaker_state{${scope}, state="${state}"})`;

/** Which endpoints carry the traffic, which do not, and why. */
export const clusters = ({ fallbackRatio }: BoardThresholds): Board => ({
  uid: 'holdfast-clusters',
  file: 'clusters.json',
  title: 'Holdfast / Clusters and endpoints',
  description: 'Which endpoints carry the traffic, which do not, and why?',
  variables: [{ name: 'cluster', label: 'Cluster', metric: 'holdfast_endpoint_up', of: 'llm_cluster' }],
  rows: [
    {
      title: 'State',
      panels: [
        {
          kind: 'timeline',
          title: 'Endpoints by probes',
          alerts: ['HoldfastEndpointDown', 'HoldfastClusterDown'],
          description: 'Which endpoints answer the health-checker? One that is not probed is not shown.',
          width: 12,
          query: { expr: endpointUp(scope), legend: name },
          states: upDown,
        },
        {
          kind: 'timeline',
          title: 'Breakers by traffic',
          description: 'Which endpoints does the gateway avoid, by what it saw itself?',
          width: 12,
          query: { expr: `${breaker('half_open')} + 2 * ${breaker('open')}`, legend: name },
          states: {
            0: { text: 'closed', color: 'green' },
            1: { text: 'half open', color: 'yellow' },
            2: { text: 'open', color: 'red' },
          },
        },
      ],
    },
    {
      title: 'Attempts',
      panels: [
        {
          kind: 'graph',
          title: 'Attempts by endpoint',
          description: 'How is the traffic spread?',
          unit: 'reqps',
          stacked: true,
          queries: [
            {
              expr: `sum by (${perEndpoint}) (rate(holdfast_upstream_attempts_total{${scope}}[$__rate_interval])) > 0`,
              legend: name,
            },
          ],
        },
        {
          kind: 'graph',
          title: 'Attempts by result',
          description:
            'What became of each attempt? A failed one is retried as long as the client has seen nothing.',
          unit: 'reqps',
          stacked: true,
          queries: [
            {
              expr: `sum by (result) (rate(holdfast_upstream_attempts_total{${scope}}[$__rate_interval])) > 0`,
              legend: '{{result}}',
            },
          ],
          colors: attemptColors,
        },
        {
          kind: 'graph',
          title: 'Failed attempts by endpoint',
          description: 'Which endpoint fails, and what share of its attempts?',
          unit: 'percentunit',
          max: 1,
          queries: [
            {
              expr: `sum by (${perEndpoint}) (rate(holdfast_upstream_attempts_total{${scope}, result!~"ok|aborted"}[$__rate_interval])) / (sum by (${perEndpoint}) (rate(holdfast_upstream_attempts_total{${scope}}[$__rate_interval])) > 0)`,
              legend: name,
            },
          ],
        },
        {
          kind: 'graph',
          title: 'Time of attempts, p95',
          description: 'How long do endpoints take?',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.95, sum by (${perEndpoint}, le) (rate(holdfast_upstream_duration_seconds_bucket{${scope}}[$__rate_interval])))`,
              legend: name,
            },
          ],
        },
        {
          kind: 'graph',
          title: 'Share not answered by the first choice',
          alerts: ['HoldfastFallbackRatioHigh', 'HoldfastFallbackRatioCritical'],
          description: 'Five minutes; the dashed lines are the alert thresholds.',
          unit: 'percentunit',
          max: 1,
          queries: [
            { expr: `llm_cluster:holdfast_fallback:ratio_increase5m{${scope}}`, legend: '{{llm_cluster}}' },
          ],
          thresholds: fallbackRatio,
        },
        {
          kind: 'graph',
          title: 'Retries not made',
          description: 'Which retries were not made, and why: the budget, the deadline, nothing left to try.',
          unit: 'reqps',
          stacked: true,
          queries: [
            {
              expr: 'sum by (reason) (rate(holdfast_retries_suppressed_total[$__rate_interval]))',
              legend: '{{reason}}',
            },
          ],
          mayBeEmpty: true,
        },
        {
          kind: 'table',
          title: 'Who stood in for whom',
          description: 'Fallbacks in the time range shown.',
          unit: 'short',
          width: 24,
          query: {
            expr: `round(sum by (llm_cluster, from, to, reason) (increase(holdfast_fallbacks_total{${scope}}[$__range]))) > 0`,
          },
          columns: {
            llm_cluster: 'Cluster',
            from: 'From',
            to: 'To',
            reason: 'Because of',
            Value: 'Requests',
          },
        },
      ],
    },
    {
      title: 'Probes',
      panels: [
        {
          kind: 'graph',
          title: 'Probes by result',
          description: 'What became of the probes, over ten minutes?',
          unit: 'short',
          stacked: true,
          width: 6,
          queries: [
            {
              expr: `sum by (result) (increase(holdfast_probes_total{${scope}}[10m])) > 0`,
              legend: '{{result}}',
            },
          ],
          colors: attemptColors,
        },
        {
          kind: 'graph',
          title: 'Time of probes, p95',
          description: 'How long do probes take?',
          unit: 's',
          width: 6,
          queries: [
            {
              expr: 'histogram_quantile(0.95, sum by (le) (rate(holdfast_probe_duration_seconds_bucket[5m]))) >= 0',
              legend: 'p95',
            },
          ],
        },
        {
          kind: 'graph',
          title: 'Failure queue',
          description: 'How many endpoints wait to be re-checked?',
          unit: 'short',
          width: 6,
          queries: [{ expr: 'max(holdfast_failure_queue_length)', legend: 'endpoints' }],
        },
        {
          kind: 'graph',
          title: 'Weights',
          description: 'Which share of its tier does an endpoint get? Moves with `health.dynamic_weights`.',
          unit: 'short',
          width: 6,
          queries: [{ expr: `max by (${perEndpoint}) (holdfast_endpoint_weight{${scope}})`, legend: name }],
        },
        {
          kind: 'graph',
          title: 'Probes saved',
          description: 'Which probes were not needed or not allowed, over ten minutes?',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: 'sum by (reason) (increase(holdfast_probes_skipped_total[10m])) > 0',
              legend: '{{reason}}',
            },
          ],
          mayBeEmpty: true,
        },
        {
          kind: 'graph',
          title: 'Usage by probes',
          description: 'Tokens that models counted for probes, per hour.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `sum by (${perEndpoint}) (increase(holdfast_probe_llm_tokens_total{${scope}}[1h]))`,
              legend: name,
            },
          ],
        },
      ],
    },
  ],
});

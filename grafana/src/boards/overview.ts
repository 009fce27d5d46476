import { endpointUp } from '@holdfast/prometheus/rules/upstream-alerts';
import type { Board } from '../panel.ts';
import { anyIsBad, type BoardThresholds, errorRatioThresholds } from '../thresholds.ts';
import { outcomeColors } from './colors.ts';

const scope = 'llm_cluster=~"$cluster"';
const quantile = (of: number, metric: string, by: string) =>
  `histogram_quantile(${of}, sum by (${by}le) (rate(${metric}_bucket{${scope}}[$__rate_interval])))`;

/** The home page: are clients served, how well, and what is wrong right now. */
export const overview = ({ fallbackRatio, responseTime }: BoardThresholds): Board => ({
  uid: 'holdfast-overview',
  file: 'overview.json',
  title: 'Holdfast / Overview',
  description: 'Are clients served, how well, and what is wrong right now?',
  variables: [{ name: 'cluster', label: 'Cluster', metric: 'holdfast_requests_total', of: 'llm_cluster' }],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          kind: 'number',
          title: 'Requests',
          description: 'Requests that ended per second, over the last minute.',
          unit: 'reqps',
          width: 4,
          decimals: 1,
          query: { expr: `sum(rate(holdfast_requests_total{${scope}}[1m])) > 0`, legend: 'requests' },
        },
        {
          kind: 'number',
          title: 'Not answered by the first choice',
          alerts: ['HoldfastFallbackRatioHigh', 'HoldfastFallbackRatioCritical'],
          description:
            'Worst cluster, five minutes: share of requests answered by a fallback, a canned text or an error. Colors are the alert thresholds.',
          unit: 'percentunit',
          width: 4,
          query: {
            expr: `max(llm_cluster:holdfast_fallback:ratio_increase5m{${scope}})`,
            legend: 'fallback ratio',
          },
          thresholds: fallbackRatio,
        },
        {
          kind: 'number',
          title: 'Ended in an error',
          alerts: ['HoldfastErrorRatioHigh', 'HoldfastErrorBudgetBurnFast', 'HoldfastErrorBudgetBurnSlow'],
          description: 'Worst cluster, five minutes: share of requests for which everything had failed.',
          unit: 'percentunit',
          width: 4,
          query: {
            expr: `max(llm_cluster:holdfast_errors:increase5m{${scope}} / (llm_cluster:holdfast_requests:increase5m{${scope}} > 0))`,
            legend: 'error ratio',
          },
          thresholds: errorRatioThresholds,
        },
        {
          kind: 'number',
          title: 'Answer time, p95',
          alerts: ['HoldfastResponseTimeHigh'],
          description:
            'Worst cluster, five minutes: 95 % of whole answers were faster. Red is the alert threshold.',
          unit: 's',
          width: 4,
          query: {
            expr: `max(llm_cluster:holdfast_request_duration_seconds:p95_5m{${scope}} >= 0)`,
            legend: 'p95',
          },
          thresholds: responseTime,
        },
        {
          kind: 'number',
          title: 'Endpoints down',
          alerts: ['HoldfastEndpointDown', 'HoldfastClusterDown'],
          description: 'Endpoints whose probes fail, of those that are probed.',
          unit: 'none',
          width: 4,
          query: {
            expr: `count((${endpointUp(scope)}) == 0) or vector(0)`,
            legend: 'down',
          },
          thresholds: anyIsBad,
        },
        {
          kind: 'number',
          title: 'Pools without a token',
          alerts: ['HoldfastTokenPoolExhausted'],
          description: 'Token pools of which no token can be used now.',
          unit: 'none',
          width: 4,
          query: {
            expr: 'count(max by (pool) (holdfast_token_pool_tokens{state="available"}) == 0) or vector(0)',
            legend: 'pools',
          },
          thresholds: anyIsBad,
        },
      ],
    },
    {
      title: 'Rate, errors, duration',
      panels: [
        {
          kind: 'graph',
          title: 'Requests by outcome',
          description:
            'How did requests end? Everything but green was not answered by the endpoints of first choice.',
          unit: 'reqps',
          stacked: true,
          width: 12,
          queries: [
            {
              expr: `sum by (outcome) (rate(holdfast_requests_total{${scope}}[$__rate_interval])) > 0`,
              legend: '{{outcome}}',
            },
          ],
          colors: outcomeColors,
        },
        {
          kind: 'graph',
          title: 'Share not answered by the first choice',
          alerts: ['HoldfastFallbackRatioHigh', 'HoldfastFallbackRatioCritical'],
          description:
            'Five minutes, by cluster; no line without traffic. The dashed lines are the alert thresholds.',
          unit: 'percentunit',
          width: 12,
          max: 1,
          queries: [
            { expr: `llm_cluster:holdfast_fallback:ratio_increase5m{${scope}}`, legend: '{{llm_cluster}}' },
          ],
          thresholds: fallbackRatio,
        },
        {
          kind: 'graph',
          title: 'Answer time',
          alerts: ['HoldfastResponseTimeHigh'],
          description: 'How long did clients wait for the whole answer?',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((of) => ({
            expr: quantile(of, 'holdfast_request_duration_seconds', ''),
            legend: `p${of * 100}`,
          })),
          thresholds: responseTime,
        },
        {
          kind: 'graph',
          title: 'Time to first content',
          description: 'How long did clients wait for the first words, by cluster (p95)?',
          unit: 's',
          queries: [
            {
              expr: quantile(0.95, 'holdfast_time_to_first_content_seconds', 'llm_cluster, '),
              legend: '{{llm_cluster}}',
            },
          ],
        },
        {
          kind: 'graph',
          title: 'Requests under way',
          description: 'How many requests are being answered now?',
          unit: 'short',
          queries: [
            {
              expr: `sum by (llm_cluster) (holdfast_in_flight_requests{${scope}})`,
              legend: '{{llm_cluster}}',
            },
          ],
        },
      ],
    },
    {
      title: 'What stands in, what is wrong',
      panels: [
        {
          kind: 'table',
          title: 'Who stood in for whom',
          description: 'Fallbacks in the time range shown: from which endpoint or model, to which, and why.',
          unit: 'short',
          width: 12,
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
        {
          kind: 'alerts',
          title: 'Alerts',
          description: 'What fires or is about to. Each alert links to its runbook.',
          width: 12,
        },
        {
          kind: 'graph',
          title: 'Answer cache',
          description: 'What did the answer cache save? Nothing is shown while no route uses it.',
          unit: 'reqps',
          queries: [
            {
              expr: 'sum by (result) (rate(holdfast_cache_requests_total[$__rate_interval])) > 0',
              legend: '{{result}}',
            },
          ],
          mayBeEmpty: true,
        },
        {
          kind: 'graph',
          title: 'Usage',
          description: 'Tokens that the models counted, per second.',
          unit: 'short',
          stacked: true,
          queries: [
            {
              expr: `sum by (model, type) (rate(holdfast_llm_tokens_total{${scope}}[$__rate_interval])) > 0`,
              legend: '{{model}} {{type}}',
            },
          ],
        },
        {
          kind: 'graph',
          title: 'Refused by a client limit',
          description: 'Requests per second beyond `rate_limit`.',
          unit: 'reqps',
          queries: [{ expr: 'sum(rate(holdfast_rate_limited_total[$__rate_interval]))', legend: 'refused' }],
        },
      ],
    },
  ],
});

import type { Board } from '../panel.ts';
import { tokenShareThresholds } from '../thresholds.ts';
import { tokenColors } from './colors.ts';

const scope = 'pool=~"$pool"';

/** How much of the providers' allowance is left. */
export const tokens: Board = {
  uid: 'holdfast-tokens',
  file: 'tokens.json',
  title: 'Holdfast / Tokens and throttles',
  description: "How much of the providers' allowance is left, and who waits for it?",
  variables: [{ name: 'pool', label: 'Pool', metric: 'holdfast_token_pool_tokens', of: 'pool' }],
  rows: [
    {
      title: 'Pools',
      panels: [
        {
          kind: 'number',
          title: 'Usable tokens',
          description: 'Tokens that can be used now, of all pools shown.',
          unit: 'none',
          width: 6,
          query: {
            expr: `sum(max by (pool) (holdfast_token_pool_tokens{${scope}, state="available"}))`,
            legend: 'usable',
          },
          whenEmpty: 'no pool',
        },
        {
          kind: 'graph',
          title: 'Tokens by state',
          description: 'How many tokens can be used, and what about the others?',
          unit: 'short',
          stacked: true,
          width: 18,
          queries: [
            {
              expr: `sum by (state) (max by (pool, state) (holdfast_token_pool_tokens{${scope}}))`,
              legend: '{{state}}',
            },
          ],
          colors: tokenColors,
        },
        {
          kind: 'graph',
          title: 'Usable share by pool',
          alerts: ['HoldfastTokenPoolLow', 'HoldfastTokenPoolExhausted'],
          description: 'A third or less is HoldfastTokenPoolLow, none is HoldfastTokenPoolExhausted.',
          unit: 'percentunit',
          max: 1,
          queries: [
            {
              expr: `max by (pool) (holdfast_token_pool_tokens{${scope}, state="available"}) / sum by (pool) (max by (pool, state) (holdfast_token_pool_tokens{${scope}}))`,
              legend: '{{pool}}',
            },
          ],
          thresholds: tokenShareThresholds,
        },
        {
          kind: 'graph',
          title: 'Rotations',
          description: 'How often did a pool move on to another token, and why?',
          unit: 'short',
          stacked: true,
          queries: [
            {
              expr: `sum by (pool, reason) (increase(holdfast_token_rotations_total{${scope}}[1m])) > 0`,
              legend: '{{pool}} {{reason}}',
            },
          ],
          mayBeEmpty: true,
        },
        {
          kind: 'table',
          title: 'Daily limits hit',
          description: 'Which models ran out of their day, in the time range shown?',
          unit: 'short',
          query: {
            expr: `round(sum by (pool, model) (increase(holdfast_daily_limit_hits_total{${scope}}[$__range]))) > 0`,
          },
          columns: { pool: 'Pool', model: 'Model', Value: 'Times' },
          mayBeEmpty: true,
        },
      ],
    },
    {
      title: 'Throttle and limits',
      panels: [
        {
          kind: 'graph',
          title: 'Requests that waited, by model',
          description: 'How often did the throttle make a request wait?',
          unit: 'reqps',
          stacked: true,
          queries: [
            {
              expr: 'sum by (model) (rate(holdfast_throttle_delays_total[$__rate_interval])) > 0',
              legend: '{{model}}',
            },
          ],
          mayBeEmpty: true,
        },
        {
          kind: 'graph',
          title: 'Time waited, p95',
          description: 'How long did the throttle make requests wait?',
          unit: 's',
          queries: [
            {
              expr: 'histogram_quantile(0.95, sum by (le) (rate(holdfast_throttle_delay_seconds_bucket[$__rate_interval]))) >= 0',
              legend: 'p95',
            },
          ],
          mayBeEmpty: true,
        },
        {
          kind: 'graph',
          title: 'Attempts refused for a limit or quota',
          description: 'What did providers refuse because of a limit?',
          unit: 'reqps',
          queries: [
            {
              expr: 'sum by (llm_cluster, llm_endpoint, result) (rate(holdfast_upstream_attempts_total{result=~"rate_limited|quota_exhausted"}[$__rate_interval])) > 0',
              legend: '{{llm_cluster}}/{{llm_endpoint}} {{result}}',
            },
          ],
          mayBeEmpty: true,
        },
      ],
    },
  ],
};

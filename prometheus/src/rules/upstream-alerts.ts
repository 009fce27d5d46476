import { type AlertDefinition, TOKENS_LOW_DIVISOR } from './rule.ts';

// An endpoint that was never probed (probe: none, or just started) has no health to speak of.
const neverProbed = 'sum by (llm_cluster, llm_endpoint) (holdfast_probes_total) == 0';

/** Of every endpoint that is probed, whether it is up; with these label matchers only. */
export const endpointUp = (matchers = ''): string =>
  `max by (llm_cluster, llm_endpoint) (holdfast_endpoint_up${matchers && `{${matchers}}`})
unless on (llm_cluster, llm_endpoint)
  (${neverProbed})`;

// Several replicas report; the best one knows, as a replica that just started reports nothing available.
const tokens = (state: string) => `max by (pool) (holdfast_token_pool_tokens{state="${state}"})`;
const allTokens = 'sum by (pool) (max by (pool, state) (holdfast_token_pool_tokens))';

/** What the suite depends on: endpoints and their tokens. */
export const upstreamAlerts: readonly AlertDefinition[] = [
  {
    alert: 'HoldfastEndpointDown',
    expr: `(${endpointUp()}) == 0`,
    for: '30s',
    keepFiringFor: '30s',
    severity: 'warning',
    summary: '{{ $labels.llm_cluster }}/{{ $labels.llm_endpoint }} is down',
    description:
      'Probes of endpoint {{ $labels.llm_endpoint }} of cluster {{ $labels.llm_cluster }} fail. It gets no traffic; the rest of the cluster carries it.',
    dashboard: 'holdfast-clusters',
    dashboardVariable: { name: 'cluster', label: 'llm_cluster' },
  },
  {
    alert: 'HoldfastClusterDown',
    expr: `max by (llm_cluster) (holdfast_endpoint_up) == 0
unless on (llm_cluster)
  (${neverProbed})`,
    for: '30s',
    keepFiringFor: '30s',
    severity: 'critical',
    summary: '{{ $labels.llm_cluster }}: every endpoint is down',
    description:
      'Probes of every endpoint of cluster {{ $labels.llm_cluster }} fail. Its clients get fallback models, canned texts or errors.',
    dashboard: 'holdfast-clusters',
    dashboardVariable: { name: 'cluster', label: 'llm_cluster' },
  },
  {
    alert: 'HoldfastTokenPoolExhausted',
    expr: `${tokens('available')} == 0
and on (pool)
  ${allTokens} > 0`,
    for: '20s',
    keepFiringFor: '30s',
    severity: 'critical',
    summary: 'Pool {{ $labels.pool }} has no usable token left',
    description:
      'Every token of pool {{ $labels.pool }} is cooling down, out of its daily quota, or invalid. Endpoints that depend on it are skipped.',
    dashboard: 'holdfast-tokens',
    dashboardVariable: { name: 'pool', label: 'pool' },
  },
  {
    alert: 'HoldfastTokenPoolLow',
    expr: `${TOKENS_LOW_DIVISOR} * ${tokens('available')} <= ${allTokens}
and on (pool)
  ${tokens('available')} > 0`,
    for: '2m',
    keepFiringFor: '1m',
    severity: 'warning',
    summary: 'Pool {{ $labels.pool }} is running low',
    description: `At most one in ${TOKENS_LOW_DIVISOR} tokens of pool {{ $labels.pool }} can still be used.`,
    dashboard: 'holdfast-tokens',
    dashboardVariable: { name: 'pool', label: 'pool' },
  },
];

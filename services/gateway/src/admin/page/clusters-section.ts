import type { BreakerState } from '@holdfast/core/breaker';
import type { HealthKind } from '@holdfast/core/health';
import type { Standing } from '../../states/endpoint-state.ts';
import type { EndpointStatus } from '../endpoint-status.ts';
import type { ClusterStatus } from '../status.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';
import { ago, below, marked, nothing, quiet, stillFor, type Tone, took } from './words.ts';

const STANDING: Readonly<Record<Standing['kind'], Tone>> = {
  available: 'good',
  full: 'warn',
  cooling: 'warn',
  refused: 'bad',
  down: 'bad',
};
const HEALTH: Readonly<Record<HealthKind, Tone>> = {
  up: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'quiet',
};
const BREAKER: Readonly<Record<BreakerState['kind'], Tone>> = {
  closed: 'good',
  half_open: 'warn',
  open: 'bad',
};

const COLUMNS = [
  { title: 'Endpoint' },
  { title: 'By traffic' },
  { title: 'By probes' },
  { title: 'Breaker' },
  { title: 'p95', numeric: true },
  { title: 'Attempts/s', numeric: true },
  { title: 'In flight', numeric: true },
  { title: 'Weight', numeric: true },
  { title: 'Last error' },
] as const;

export const clustersSection = (clusters: readonly ClusterStatus[], now: string): Html =>
  html`${clusters.map(
    ({ name, protocol, strategy, endpoints }) => html`
<h3>${name} ${quiet(`${protocol}, ${strategy}`)}</h3>
${table({
  caption: `Endpoints of cluster ${name}`,
  columns: COLUMNS,
  rows: endpoints.map((endpoint) => endpointRow(endpoint, strategy, now)),
})}`,
  )}
<p class="below">p95 is of the last five minutes: until the first content, the answer or the failure. Attempts/s is of the last minute.</p>`;

function endpointRow(endpoint: EndpointStatus, strategy: string, now: string): Html[] {
  const { name, priority, breaker, p95_ms, per_second, in_flight } = endpoint;
  return [
    html`${name}${strategy === 'priority' && html` ${quiet(`tier ${priority}`)}`}`,
    byTraffic(endpoint, now),
    byProbes(endpoint, now),
    marked(BREAKER[breaker], breaker.replace('_', ' ')),
    took(p95_ms),
    html`${per_second.toFixed(per_second > 0 && per_second < 1 ? 2 : 1)}`,
    html`${in_flight}`,
    weightOf(endpoint),
    lastError(endpoint, now),
  ];
}

const byTraffic = ({ standing, because, until, resting_models }: EndpointStatus, now: string): Html =>
  html`${marked(STANDING[standing], standing)}${because && below(because)}${
    until && below(stillFor(until, now))
  }${resting_models.map((rest) =>
    below(html`<code>${rest.model}</code> rests `, stillFor(rest.until, now), `: ${rest.because}`),
  )}`;

const byProbes = (
  { health, health_reason, checked_at, in_failure_queue }: EndpointStatus,
  now: string,
): Html =>
  html`${marked(HEALTH[health], health)}${health_reason && below(health_reason)}${
    in_failure_queue && below('in the failure queue')
  }${checked_at && below('checked ', ago(checked_at, now))}`;

const weightOf = ({ weight, effective_weight }: EndpointStatus): Html =>
  effective_weight === weight ? html`${weight}` : html`${effective_weight}${below(`of ${weight}`)}`;

const lastError = ({ last_error }: EndpointStatus, now: string): Html =>
  last_error
    ? html`${last_error.result}${below(last_error.summary)}${below(ago(last_error.at, now))}`
    : nothing;

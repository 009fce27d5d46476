import type { PoolStatus, TokenStatus } from '../pool-status.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';
import { ago, below, marked, nothing, quiet, stillFor } from './words.ts';

const COLUMNS = [
  { title: 'Token' },
  { title: 'State' },
  { title: 'Account' },
  { title: 'Failures in a row', numeric: true },
  { title: 'Last used' },
  { title: 'Models it is blocked for' },
] as const;

export const poolsSection = (pools: readonly PoolStatus[], now: string): Html =>
  html`${pools.map(
    ({ name, current, available, tokens }) => html`
<h3>${name} ${quiet(`${available} of ${tokens.length} available`)}</h3>
${table({
  caption: `Tokens of pool ${name}`,
  columns: COLUMNS,
  rows: tokens.map((token) => tokenRow(token, token.name === current, now)),
})}`,
  )}`;

const tokenRow = (token: TokenStatus, isCurrent: boolean, now: string): Html[] => [
  html`${token.name}${isCurrent && html` ${quiet('current')}`}`,
  token.blocked
    ? html`${marked(token.reason === 'invalid' ? 'bad' : 'warn', 'blocked')}${below(token.reason)}${token.until && below(stillFor(token.until, now))}`
    : marked('good', 'available'),
  html`${token.account}`,
  html`${token.failures}`,
  token.last_used ? ago(token.last_used, now) : quiet('never'),
  blockedModels(token, now),
];

const MODELS_SHOWN = 10;

function blockedModels({ blocked_models }: TokenStatus, now: string): Html {
  if (blocked_models.length === 0) return nothing;
  const shown = blocked_models.slice(0, MODELS_SHOWN);
  const more = blocked_models.length - shown.length;
  return html`${shown.map(({ model, until, reason }) =>
    below(html`<code>${model}</code> ${reason} `, stillFor(until, now)),
  )}${more > 0 && below(`and ${more} more`)}`;
}

import type { ClientSetup } from '../client-setup.ts';
import type { GatewayStatus } from '../status.ts';
import { alertsSection } from './alerts-section.ts';
import { clustersSection } from './clusters-section.ts';
import { type Html, type HtmlPart, html } from './html.ts';
import { poolsSection } from './pools-section.ts';
import { requestsSection } from './requests-section.ts';
import { ago, marked, quiet, since, type Tone } from './words.ts';

const STATE: Readonly<Record<GatewayStatus['state'], Tone>> = { ok: 'good', degraded: 'warn', down: 'bad' };

/**
 * The status page, complete without its script. The parts with `data-live` are what the script renews: it fetches the page
 * again and takes them over, so that markup is made in one place.
 */
export function statusPage(status: GatewayStatus, setups: readonly ClientSetup[]): string {
  const { time, clusters, pools, alerts, requests } = status;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${status.state} · Holdfast</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/status.css">
<script src="/status.js" defer></script>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<p class="brand">Holdfast <span class="soft">${status.version}</span></p>
<nav aria-label="Sections">${SECTIONS.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
<p class="live"><span id="live-note" role="status">As of ${time.slice(11, 19)} UTC</span> <button id="live-switch" type="button" hidden>Pause</button></p>
</header>
<main id="main">
<h1 id="state" data-live aria-live="polite">${marked(STATE[status.state], status.sentence)}</h1>
<div id="reasons" data-live>${alsoWrong(status.reasons.slice(1))}</div>
<dl id="facts" data-live>${facts(status)}</dl>
${section('clusters', clustersSection(clusters, time))}
${section('tokens', pools.length === 0 ? html`<p>No token pool is configured.</p>` : poolsSection(pools, time))}
${section('alerts', alertsSection(alerts, time))}
${section('requests', requestsSection(requests))}
${section('configuration', configuration(status))}
${section('setup', html`<div class="setups">${setups.map(setupOf)}</div>`)}
</main>
</body>
</html>
`.markup;
}

const SECTIONS = [
  { id: 'clusters', title: 'Clusters' },
  { id: 'tokens', title: 'Token pools' },
  { id: 'alerts', title: 'Alerts received' },
  { id: 'requests', title: 'Latest requests' },
  { id: 'configuration', title: 'Configuration' },
  { id: 'setup', title: 'Client set-up' },
] as const;

function section(id: (typeof SECTIONS)[number]['id'], content: Html): Html {
  const { title } = SECTIONS.find((one) => one.id === id)!;
  // What a person copies from is not taken away under the cursor.
  const live = id !== 'setup' && html` data-live`;
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<div id="${id}-content"${live}>${content}</div>
</section>`;
}

const alsoWrong = (reasons: readonly string[]): HtmlPart =>
  reasons.length > 0 && html`<p>Also:</p><ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`;

function facts({ in_flight, clusters, requests, state_store, config, time }: GatewayStatus): Html {
  const perSecond = clusters
    .flatMap(({ endpoints }) => endpoints)
    .reduce((sum, one) => sum + one.per_second, 0);
  const helped = requests.filter(({ outcome }) => outcome === 'fallback').length;
  return html`${[
    fact('In flight', html`${in_flight}`),
    fact('Attempts', html`${perSecond.toFixed(1)} ${quiet('per second')}`),
    fact('Fell back', html`${helped} ${quiet(`of the last ${requests.length}`)}`),
    fact('State store', STORE[state_store]),
    fact(
      'Configuration',
      config.error === null
        ? html`${marked('good', 'in use')} ${since(config.loaded_at, time)}`
        : marked('bad', 'not reloaded'),
    ),
  ]}`;
}

const STORE: Readonly<Record<GatewayStatus['state_store'], Html>> = {
  embedded: html`in this process`,
  ok: marked('good', 'ok'),
  down: marked('bad', 'does not answer'),
};

const fact = (title: string, value: Html): Html => html`<div><dt>${title}</dt><dd>${value}</dd></div>`;

const configuration = ({
  config: { source, loaded_at, error, failed_at },
  time,
}: GatewayStatus): Html => html`
<p>${marked('good', 'In use')} <code>${source}</code> ${quiet('loaded')} ${ago(loaded_at, time)}.</p>
${
  error !== null &&
  html`<p>${marked('bad', 'Not reloaded')} ${failed_at && ago(failed_at, time)}; the last good one stays in use. The reason:</p>
<pre>${error}</pre>`
}`;

const setupOf = ({ title, code }: ClientSetup): Html => html`
<figure>
<figcaption><h3>${title}</h3> <button type="button" hidden data-copy>Copy</button></figcaption>
<pre tabindex="0" aria-label="${title}">${code}</pre>
</figure>`;

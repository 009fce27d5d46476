import type { ReceivedAlert } from '../alerts.ts';
import { firingAlerts } from '../firing-alerts.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';
import { below, clock, marked, nothing, quiet, since, type Tone } from './words.ts';

const SHOWN = 50;

const COLUMNS = [
  { title: 'Alert' },
  { title: 'State' },
  { title: 'Received (UTC)' },
  { title: 'Summary' },
  { title: 'Concerns' },
] as const;

/** Deliveries of Alertmanager, newest first. */
export function alertsSection(alerts: readonly ReceivedAlert[], now: string): Html {
  if (alerts.length === 0)
    return html`<p>None. Alertmanager delivers them to <code>/alerts/webhook</code> on this port.</p>`;
  const firing = new Set(firingAlerts(alerts));
  return html`
<p>${firing.size === 0 ? 'None is firing now.' : `${firing.size} firing now.`}</p>
${table({
  caption: 'Alerts received, newest first',
  columns: COLUMNS,
  rows: alerts.slice(0, SHOWN).map((alert) => alertRow(alert, firing.has(alert), now)),
})}`;
}

const alertRow = (alert: ReceivedAlert, isFiring: boolean, now: string): Html[] => [
  html`${alert.name}${alert.runbook_url && html` <a href="${alert.runbook_url}" rel="noreferrer">runbook</a>`}`,
  html`${marked(toneOf(alert, isFiring), alert.status)}${alert.severity && below(alert.severity)}${isFiring && below(since(alert.starts_at, now))}`,
  clock(alert.received_at),
  alert.summary === null ? nothing : html`${alert.summary}`,
  concerns(alert),
];

/** One that has been resolved since is no trouble any more. */
function toneOf({ status, severity }: ReceivedAlert, isFiring: boolean): Tone {
  if (status === 'resolved') return 'good';
  if (!isFiring) return 'quiet';
  return severity === 'critical' ? 'bad' : 'warn';
}

const SAID_ELSEWHERE = ['alertname', 'severity'];

function concerns({ labels }: ReceivedAlert): Html {
  const rest = Object.entries(labels).filter(([name]) => !SAID_ELSEWHERE.includes(name));
  return rest.length === 0 ? nothing : quiet(rest.map(([name, value]) => `${name}=${value}`).join(' '));
}

import type { GatewayStatus } from './status.ts';

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; white-space: nowrap; }
.ok { color: #1a7f37; } .degraded { color: #9a6700; } .down { color: #cf222e; }
@media (prefers-color-scheme: dark) { .ok { color: #3fb950; } .degraded { color: #d29922; } .down { color: #f85149; } }
`;

/** The status page: rendered on the server, nothing to build. */
export function statusPage(status: GatewayStatus): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Holdfast: ${status.state}</title><style>${STYLE}</style></head>
<body>
<h1>Holdfast is <span class="${status.state}">${status.state}</span></h1>
<p>Configuration: ${escapeHtml(status.config.source)}${status.config.error ? ` <strong class="down">not reloaded: ${escapeHtml(status.config.error)}</strong>` : ''}. Requests in flight: ${status.in_flight}.</p>
${status.clusters
  .map(({ name, protocol, endpoints }) =>
    section(
      `Cluster ${name} (${protocol})`,
      ['endpoint', 'state', 'because', 'breaker', 'health', 'priority', 'weight', 'in flight', 'latency'],
      endpoints.map((endpoint) => [
        endpoint.name,
        endpoint.standing,
        endpoint.because ?? '',
        endpoint.breaker,
        endpoint.health,
        endpoint.priority,
        endpoint.weight,
        endpoint.in_flight,
        endpoint.latency_ms === null ? '' : `${endpoint.latency_ms} ms`,
      ]),
    ),
  )
  .join('')}
${section(
  'Token pools',
  ['pool', 'current', 'tokens'],
  status.pools.map((pool) => [pool.name, pool.current ?? '', pool.tokens.join(', ')]),
)}
${section(
  'Alerts received',
  ['time', 'alert', 'state', 'summary'],
  status.alerts
    .slice(0, 20)
    .map((alert) => [alert.received_at, alert.name, alert.status, alert.summary ?? '']),
)}
${section(
  'Last requests',
  ['time', 'model', 'outcome', 'endpoint', 'ms', 'attempts'],
  status.requests.map((line) => [
    line.time,
    line.model,
    line.outcome,
    line.endpoint,
    line.duration_ms,
    line.trail.map((entry) => `${entry.endpoint} ${entry.result}`).join(', '),
  ]),
)}
</body></html>`;
}

function section(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  if (rows.length === 0) return '';
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(String(cell))}</td>`).join('')}</tr>`)
    .join('\n');
  return `<h2>${escapeHtml(title)}</h2><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

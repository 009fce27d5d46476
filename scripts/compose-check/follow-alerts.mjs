// Follows alerts by Prometheus' own view: when each begins and ends to fire.
const LOOK_EVERY_MS = 2000;

/**
 * Resolves once each of `names` has fired and none of them fires any more, or at the deadline; with one entry per name:
 * `{ name, firedMs, resolvedMs }`, times since `startedAt`, null for what did not happen.
 */
export async function followAlerts(stack, names, { startedAt, deadlineMs, say }) {
  const seen = new Map(names.map((name) => [name, { name, firedMs: null, resolvedMs: null }]));
  const done = () => [...seen.values()].every(({ resolvedMs }) => resolvedMs !== null);
  while (!done() && performance.now() - startedAt < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const firing = await stack.query('count by (alertname) (ALERTS{alertstate="firing"})').catch(() => null);
    if (firing === null) continue;
    const now = performance.now() - startedAt;
    const active = new Set(firing.map(({ metric }) => metric.alertname));
    for (const entry of seen.values()) {
      if (active.has(entry.name)) {
        if (entry.firedMs === null) say(`${entry.name} fires`);
        entry.firedMs ??= now;
        entry.resolvedMs = null;
      } else if (entry.firedMs !== null && entry.resolvedMs === null) {
        entry.resolvedMs = now;
        say(`${entry.name} is over`);
      }
    }
  }
  return [...seen.values()];
}

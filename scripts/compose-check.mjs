// Proves the stack: starts it with the demo as a project of its own, checks the hardening, waits until the demo's alerts
// have fired, resolved and been delivered once per state, asks Prometheus what every panel of the dashboards shows, and
// upgrades to another image without losing anything.
//   sh scripts/node.sh scripts/compose-check.mjs [--keep] [--minutes N]
// Needs a Docker engine. Exit 0: everything held. --keep leaves the stack running.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { allBoards } from '../grafana/src/boards/all-boards.ts';
import { fillIn } from '../grafana/src/fill-in.ts';
import { queriesOf } from '../grafana/src/panel.ts';
import { loadConfig } from '../packages/config/src/load-config.ts';
import { followAlerts } from './compose-check/follow-alerts.mjs';
import { checkHardening } from './compose-check/hardening.mjs';
import { createStack, freePorts } from './compose-check/stack.mjs';
import { checkUpgrade } from './compose-check/upgrade.mjs';

const { values: options } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, minutes: { type: 'string', default: '7' } },
});

const EXPECTED = [
  'HoldfastFallbackRatioHigh',
  'HoldfastFallbackRatioCritical',
  'HoldfastEndpointDown',
  'HoldfastTokenPoolExhausted',
];
/** Alertmanager may wait for its group before it tells; so long after the last change nothing is under way. */
const DELIVERY_MS = 45_000;
const NEXT_TAG = 'check-next';

const place = { project: 'holdfast-check', profile: 'demo', ports: await freePorts() };
const stack = createStack(place);
const complaints = [];
let startedAt = performance.now();
const seconds = (ms) => (ms === null ? 'never' : `${Math.round(ms / 1000)} s`);
const say = (line) => console.log(`${seconds(performance.now() - startedAt).padStart(6)}  ${line}`);

try {
  await prove();
} catch (error) {
  complaints.push(error.stack);
} finally {
  if (!options.keep) await stack.compose('down', '-v', '--timeout', '10');
}
for (const complaint of complaints) console.error(`FAILED: ${complaint}`);
console.log(complaints.length === 0 ? 'The stack holds.' : `${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;

async function prove() {
  const status = await stack.compose('up', '-d', '--wait', '--build');
  if (status !== 0) {
    await stack.compose('logs', '--no-color', '--tail', '15');
    throw new Error(`docker compose up ended with ${status}`);
  }
  say('everything is up and healthy; times count from here');
  startedAt = performance.now();
  console.log(
    `  gateway ${stack.gatewayUrl}  grafana ${stack.grafanaUrl}  prometheus ${stack.prometheusUrl}`,
  );

  const hardening = await checkHardening(stack);
  complaints.push(...hardening);
  say(`hardening: ${hardening.length === 0 ? 'as promised' : `${hardening.length} complaints`}`);

  const alerts = await followAlerts(stack, EXPECTED, {
    startedAt,
    deadlineMs: Number(options.minutes) * 60_000,
    say,
  });
  await checkDashboards();
  say('waiting for the last messages');
  await new Promise((resolve) => setTimeout(resolve, DELIVERY_MS));
  report(alerts, await stack.delivered());

  say('upgrading to another image');
  const next = createStack({ ...place, env: { HOLDFAST_TAG: NEXT_TAG } });
  const lost = await checkUpgrade(stack, next, `holdfast:${NEXT_TAG}`);
  complaints.push(...lost);
  say(`upgrade: ${lost.length === 0 ? 'nothing was lost' : `${lost.length} complaints`}`);
}

async function checkDashboards() {
  const boards = allBoards(loadConfig({ env: {}, cwd: import.meta.dirname }));
  const panels = boards.flatMap((board) =>
    board.rows.flatMap((row) =>
      row.panels.map((panel) => ({ where: `${board.title}: ${panel.title}`, panel })),
    ),
  );
  const empty = [];
  for (const { where, panel } of panels) {
    for (const query of queriesOf(panel)) {
      const expr = fillIn(query, '10m');
      if ((await stack.query(expr)).length === 0 && !panel.mayBeEmpty)
        empty.push(`${where} shows nothing: ${expr}`);
    }
  }
  complaints.push(...empty);
  say(`dashboards: ${panels.length} panels, ${empty.length} queries without data`);
}

/** Each alert must have come once per state and series, in the order firing, resolved. */
function report(alerts, delivered) {
  console.log('\nalert                            fires     over  delivered');
  for (const { name, firedMs, resolvedMs } of alerts) {
    const series = Map.groupBy(
      delivered.filter((alert) => alert.name === name),
      ({ labels }) => JSON.stringify(labels),
    );
    const histories = [...series.values()].map((states) => states.map(({ status }) => status).join(', '));
    console.log(
      `${name.padEnd(30)} ${seconds(firedMs).padStart(7)} ${seconds(resolvedMs).padStart(8)}  ${histories.join(' | ')}`,
    );
    if (firedMs === null || resolvedMs === null) complaints.push(`${name} did not fire and resolve`);
    if (histories.length === 0 || histories.some((history) => history !== 'firing, resolved'))
      complaints.push(`${name} was delivered as: ${histories.join(' | ') || 'nothing'}`);
  }
  const others = new Set(delivered.map(({ name }) => name).filter((name) => !EXPECTED.includes(name)));
  console.log(`also delivered: ${[...others].join(', ') || 'nothing'}`);
}

import { duration } from '@holdfast/runtime/duration';
import { counted } from '../terminal/format.ts';
import { tone } from '../terminal/paint.ts';
import { table } from '../terminal/table.ts';
import type { DrillRow } from './run-row.ts';

export interface PlayedDrill {
  readonly rows: readonly DrillRow[];
  readonly source: string;
  readonly speed: number;
  /** Variables and files that the configuration refers to and that are not there. */
  readonly unset: readonly string[];
  /** What the drill lost to its own machine, when that is much. */
  readonly machineDelayMs: number | null;
}

const TITLES = ['SCENARIO', 'CLUSTER', 'REQUESTS', 'ERRORS', 'FAILOVER', 'THEN', 'SERVED BY', 'RESULT'];

/** What a drill found, for people: a table of what clients met, and one of the alerts. */
export function describeDrill({ rows, source, speed, unset, machineDelayMs }: PlayedDrill): string {
  const failed = rows.filter(({ passed }) => !passed);
  return [
    `Drill of ${source} with simulated twins of its endpoints`,
    ...(speed === 1 ? [] : [`Time ran ${Math.round(speed)} times as fast; shown is what is configured.`]),
    ...(unset.length === 0 ? [] : [`Not set, and not needed for a drill: ${unset.join(', ')}`]),
    '',
    table(TITLES, rows.map(rowCells)),
    '',
    table(
      ['SCENARIO', 'CLUSTER', 'ALERTS, IF IT LASTS'],
      rows.map(({ scenario, cluster, alerts }) => [scenario, cluster, alertNames(alerts)]),
    ),
    '',
    ...remarks(rows),
    ...(machineDelayMs === null
      ? []
      : [
          `note  this machine is busy: a request may have lost ${duration(machineDelayMs)} to it. Try again, or with --real-time.`,
        ]),
    failed.length === 0
      ? `All ${counted(rows.length, 'outage')} passed.`
      : `${failed.length} of ${counted(rows.length, 'outage')} failed.`,
  ].join('\n');
}

const rowCells = (row: DrillRow) => [
  row.scenario,
  row.cluster,
  row.requests,
  row.client_errors,
  duration(row.failover_ms),
  duration(row.then_ms),
  Object.entries(row.outcomes)
    .map(([outcome, count]) => `${outcome} ${count}`)
    .join(', '),
  tone(row.passed ? 'pass' : 'fail'),
];

const alertNames = (alerts: readonly string[]): string =>
  alerts.map((name) => name.replace(/^Holdfast/, '')).join(', ') || 'none';

/** One for each reason: a cluster often fails every outage by the same one. */
function remarks(rows: readonly DrillRow[]): string[] {
  const byReason = Map.groupBy(
    rows.filter(({ why }) => why !== null),
    ({ passed, cluster, why }) => `${passed ? 'note' : tone('fail')}  ${cluster}: ${why}`,
  );
  return [...byReason].map(
    ([reason, same]) => `${reason}\n      (${same.map(({ scenario }) => scenario).join(', ')})`,
  );
}

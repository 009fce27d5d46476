import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Config } from '@holdfast/config/types';
import { createLogger } from '@holdfast/runtime/logger';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import type { DrilledModel } from './drilled-model.ts';
import { inParallel } from './in-parallel.ts';
import { type DrillRow, runRow } from './run-row.ts';
import type { DrillScenario } from './scenarios.ts';

export interface DrillOptions {
  /** Already at the drill's speed. */
  readonly config: Config;
  /** How many times as fast the configured time runs. */
  readonly speed: number;
  readonly scenarios: readonly DrillScenario[];
  /** One for each cluster to drill. */
  readonly models: readonly DrilledModel[];
  readonly onRow: (row: DrillRow) => void;
}

/** More at a time would make a small machine look like an outage. */
const AT_A_TIME = 6;

/** Plays every outage against every cluster. In the order of the scenarios. */
export async function runDrill({
  config,
  speed,
  scenarios,
  models,
  onRow,
}: DrillOptions): Promise<DrillRow[]> {
  await using simulator = await startSimulator({ maxRecords: 0 });
  const deadUrl = await urlWhereNobodyListens();
  const logger = createLogger({ service: 'drill', level: 'silent' });
  const rows = scenarios.flatMap((scenario) =>
    models.map((drilled) => async () => {
      const row = await runRow({ config, speed, scenario, drilled, simulator, deadUrl, logger });
      onRow(row);
      return row;
    }),
  );
  return await inParallel(AT_A_TIME, rows);
}

/** A port that was free a moment ago. */
async function urlWhereNobodyListens(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}/v1`;
}

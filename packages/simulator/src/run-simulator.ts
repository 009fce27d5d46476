import { readFile } from 'node:fs/promises';
import { parseScenario } from './parse.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './start-simulator.ts';

export interface RunSimulatorOptions {
  readonly host?: string;
  readonly port?: number;
  /** A scenario file, YAML or JSON; without one every upstream is healthy. */
  readonly scenarioPath?: string | undefined;
  readonly log?: (line: string) => void;
}

/** The simulator as a process of its own; rejects when the scenario cannot be read or the port is taken. */
export async function runSimulator({
  host,
  port,
  scenarioPath,
  log,
}: RunSimulatorOptions): Promise<Simulator> {
  const scenario =
    scenarioPath === undefined ? undefined : parseScenario(await readFile(scenarioPath, 'utf8'));
  return startSimulator({
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(scenario && { scenario }),
    ...(log && { log }),
  });
}

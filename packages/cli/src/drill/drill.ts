import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { atMost, oneOf, readCommandLine } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { counted } from '../terminal/format.ts';
import { dim } from '../terminal/paint.ts';
import { printJson } from '../terminal/print-json.ts';
import { table } from '../terminal/table.ts';
import { UsageError } from '../usage-error.ts';
import { describeDrill } from './describe-drill.ts';
import { type DrilledModel, modelFor, routeOf } from './drilled-model.ts';
import { watchMachine } from './machine-delay.ts';
import { runDrill } from './run-drill.ts';
import { type DrillScenario, SCENARIOS } from './scenarios.ts';
import { speedFor, speedUp } from './speed.ts';

/** For what only a provider would ask for: the twins take anything. Also good for an address, one that no machine has (RFC 6761). */
const standInFor = (name: string): string => `https://stand-in.invalid/${encodeURIComponent(name)}`;

/** `drill`: outages against the user's own configuration, on simulated twins. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readCommandLine(args, {
    scenario: { type: 'string', multiple: true },
    cluster: { type: 'string' },
    model: { type: 'string' },
    'real-time': { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  });
  atMost(0, positionals);
  if (values.list) {
    listScenarios(values.json);
    return EXIT.ok;
  }
  const unset = new Set<string>();
  const config = loadConfig({
    path: values.config,
    standIn(name) {
      unset.add(name);
      return standInFor(name);
    },
  });
  const scenarios = chosenScenarios(values.scenario);
  const models = chosenModels(config, values);
  const speed = values['real-time']
    ? 1
    : speedFor(
        config,
        models.map(({ route }) => route),
      );
  const fast = speedUp(config, speed);
  const isTerminal = process.stdout.isTTY && !values.json;
  const all = scenarios.length * models.length;
  let done = 0;
  const machine = watchMachine(speed);
  const rows = await runDrill({
    config: fast,
    speed,
    scenarios,
    models: models.map(({ model }) => ({ model, route: routeOf(fast, model)! })),
    onRow() {
      done += 1;
      if (isTerminal) process.stdout.write(`\r${dim(`${done} of ${counted(all, 'outage')} played`)}\x1b[K`);
    },
  });
  if (isTerminal) process.stdout.write('\r\x1b[K');
  const machineDelayMs = machine.read();
  const passed = rows.every((row) => row.passed);
  if (values.json)
    printJson({
      passed,
      config: config.source,
      speed,
      unset: [...unset],
      machine_delay_ms: machineDelayMs,
      rows,
    });
  else console.log(describeDrill({ rows, source: config.source, speed, unset: [...unset], machineDelayMs }));
  return passed ? EXIT.ok : EXIT.degraded;
}

function chosenScenarios(names: readonly string[] | undefined): readonly DrillScenario[] {
  if (names === undefined) return SCENARIOS;
  const known = SCENARIOS.map(({ name }) => name);
  const chosen = names
    .flatMap((list) => list.split(','))
    .map((name) => oneOf(known, name.trim(), 'scenario'));
  return SCENARIOS.filter(({ name }) => chosen.includes(name));
}

function chosenModels(
  config: Config,
  chosen: { cluster?: string | undefined; model?: string | undefined },
): DrilledModel[] {
  if (chosen.model !== undefined) {
    const route = routeOf(config, chosen.model);
    if (!route) throw new UsageError(`no route for model '${chosen.model}'`);
    return [{ model: chosen.model, route }];
  }
  const names = config.clusters.map(({ name }) => name);
  const clusters = chosen.cluster === undefined ? names : [oneOf(names, chosen.cluster, 'cluster')];
  const models = clusters.flatMap((cluster) => modelFor(config, cluster) ?? []);
  if (models.length === 0) throw new UsageError(`no route leads to ${clusters.join(', ')}`);
  return models;
}

function listScenarios(json: boolean): void {
  const list = SCENARIOS.map(({ name, what }) => ({ name, what }));
  if (json) printJson({ scenarios: list });
  else
    console.log(
      table(
        ['SCENARIO', 'WHAT HAPPENS'],
        list.map(({ name, what }) => [name, what]),
      ),
    );
}

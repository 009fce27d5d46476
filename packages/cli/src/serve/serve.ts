import { atMost, oneOf, readCommandLine } from '../command-line.ts';
import { UsageError } from '../usage-error.ts';
import { serveAll } from './serve-all.ts';
import { serveLoad } from './serve-load.ts';
import { serveOne } from './serve-one.ts';
import type { ServeOptions } from './serve-options.ts';
import { serveSimulator } from './serve-simulator.ts';

const PROCESSES: Readonly<Record<string, (options: ServeOptions) => Promise<void>>> = {
  all: serveAll,
  gateway: (options) => serveOne('gateway', options),
  'health-checker': (options) => serveOne('health-checker', options),
  'token-rotator': (options) => serveOne('token-rotator', options),
  tagger: (options) => serveOne('tagger', options),
  simulator: serveSimulator,
  load: serveLoad,
};

/** `serve [PROCESS]`: runs until a signal ends it. */
export async function run(args: readonly string[]): Promise<number> {
  const { positionals, values } = readCommandLine(args, { scenario: { type: 'string' } });
  const [word = 'all', ...rest] = positionals;
  atMost(0, rest);
  const name = oneOf(Object.keys(PROCESSES), word, 'process');
  if (values.scenario !== undefined && name !== 'simulator')
    throw new UsageError('--scenario is for serve simulator');
  await PROCESSES[name]!({ path: values.config, json: values.json, scenarioPath: values.scenario });
  return 0;
}

import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { serveAll } from './serve-all.ts';
import { serveLoad } from './serve-load.ts';
import { SERVICES, serveOne } from './serve-one.ts';
import { serveSimulator } from './serve-simulator.ts';

/** `serve <process> [--config FILE]`: runs until a signal ends it. */
export async function run(args: readonly string[]): Promise<number> {
  const { positionals, values } = parse(args);
  const [what = 'all', ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`serve takes one process, got '${positionals.join(' ')}'`);
  if (what === 'all') await serveAll(values.config);
  else if (what === 'simulator') await serveSimulator(values.config, values.scenario);
  else if (what === 'load') await serveLoad(values.config);
  else if (Object.hasOwn(SERVICES, what)) await serveOne(what as keyof typeof SERVICES, values.config);
  else throw new UsageError(`serve does not know '${what}'`);
  return 0;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, scenario: { type: 'string' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

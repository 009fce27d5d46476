import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { atMost, oneOf, readCommandLine } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { createSuiteClient } from '../suite/suite-client.ts';
import { printJson } from '../terminal/print-json.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { UsageError } from '../usage-error.ts';
import { runEmergency } from './emergency.ts';
import { readPools, stateOfPools } from './pool-view.ts';
import { describePools } from './print-pools.ts';
import { watchPools } from './watch.ts';

const ACTIONS = ['status', 'watch', 'reset', 'rotate', 'emergency'] as const;

/** `tokens [status|watch|reset|rotate|emergency] [POOL]`. Names only: no value of a token ever comes here. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readCommandLine(args, {
    pool: { type: 'string' },
    token: { type: 'string' },
  });
  const [word = 'status', named, ...rest] = positionals;
  const action = oneOf(ACTIONS, word, 'action');
  atMost(0, rest);
  const changes = action === 'reset' || action === 'rotate';
  if (values.token !== undefined && !changes) throw new UsageError('--token is for reset and rotate');
  const config = loadConfig({ path: values.config });
  const suite = createSuiteClient(config);
  const pool = values.pool ?? named;

  if (action === 'watch') {
    await watchPools({ suite, pool, json: values.json, signal: untilInterrupted() });
    return EXIT.ok;
  }
  if (action === 'emergency') return runEmergency({ suite, pool, json: values.json });
  if (changes) {
    const { token } = values;
    const body = { pool: pool ?? onlyPool(config), ...(token === undefined ? {} : { token }) };
    await suite.ask('token-rotator', `/v1/tokens/${action}`, { body });
  }
  const pools = await readPools(suite, changes ? (pool ?? onlyPool(config)) : pool);
  const state = stateOfPools(pools);
  if (values.json) printJson({ state, pools });
  else console.log(describePools(pools, Date.now()));
  return changes ? EXIT.ok : EXIT[state];
}

function onlyPool({ tokenPools }: Config): string {
  const [first, ...others] = tokenPools;
  if (first && others.length === 0) return first.name;
  throw new UsageError(
    first === undefined
      ? 'no token pool is configured'
      : `which pool? There is: ${tokenPools.map(({ name }) => name).join(', ')}`,
  );
}

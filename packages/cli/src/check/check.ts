import { ConfigError } from '@holdfast/config/config-error';
import { describeConfig } from '@holdfast/config/describe-config';
import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { duration } from '@holdfast/runtime/duration';
import { atMost, readCommandLine } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { createSuiteClient } from '../suite/suite-client.ts';
import { bad, good, tone } from '../terminal/paint.ts';
import { printJson } from '../terminal/print-json.ts';
import { table } from '../terminal/table.ts';
import { describeSummary } from './describe-summary.ts';
import { type LiveCheck, probeLive, stateOfProbes } from './probe-live.ts';

/** `check [FILE] [--live]`: is it valid, and do its endpoints work? */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readCommandLine(args, { live: { type: 'boolean', default: false } });
  atMost(1, positionals);
  const [file] = positionals;
  const config = read(file ?? values.config, values.json);
  if (config === null) return EXIT.down;
  if (!values.json) {
    console.log(`${good('Valid')}: ${config.source}\n\n${describeSummary(config)}`);
  }
  const live = values.live
    ? await probeLive(config, file === undefined ? createSuiteClient(config) : null)
    : null;
  const state = live ? stateOfProbes(live.results) : 'ok';
  if (values.json) {
    printJson({
      valid: true,
      problems: [],
      config: describeConfig(config),
      ...(live ? { live: { state, ...live } } : {}),
    });
  } else if (live) console.log(`\n${describeLive(live)}`);
  return EXIT[state];
}

/** Null: not valid, and every problem was printed. */
function read(path: string | undefined, json: boolean): Config | null {
  try {
    return loadConfig({ path });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (json) printJson({ valid: false, problems: error.problems });
    else console.error(bad(error.message));
    return null;
  }
}

function describeLive({ by, results }: LiveCheck): string {
  return [
    `Probed now by ${by}:`,
    '',
    table(
      ['CLUSTER', 'ENDPOINT', 'STATE', 'LATENCY', 'REASON'],
      results.map(({ cluster, endpoint, state, latency_ms, reason }) => [
        cluster,
        endpoint,
        tone(state),
        duration(latency_ms),
        reason,
      ]),
    ),
  ].join('\n');
}

import { loadConfig } from '@holdfast/config/load-config';
import { atMost, oneOf, readCommandLine } from '../command-line.ts';
import type { ExitCode } from '../exit-code.ts';
import { createSuiteClient } from '../suite/suite-client.ts';
import { listAlerts } from './list-alerts.ts';
import { PATIENCE_MS, testAlert } from './test-alert.ts';

/** `alerts [list|test]`. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readCommandLine(args, {});
  const [word = 'list', ...rest] = positionals;
  const action = oneOf(['list', 'test'], word, 'action');
  atMost(0, rest);
  const suite = createSuiteClient(loadConfig({ path: values.config }));
  return action === 'test' ? testAlert(suite, values.json, PATIENCE_MS) : listAlerts(suite, values.json);
}

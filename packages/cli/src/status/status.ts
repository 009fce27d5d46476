import { loadConfig } from '@holdfast/config/load-config';
import { visible } from '@holdfast/runtime/visible';
import { atMost, readCommandLine } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { createSuiteClient } from '../suite/suite-client.ts';
import { bold, tone } from '../terminal/paint.ts';
import { printJson } from '../terminal/print-json.ts';
import { table } from '../terminal/table.ts';
import { clusterTable } from './print-clusters.ts';
import { readSuiteStatus, type SuiteStatus } from './suite-status.ts';

/** `status`: how the whole suite is. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readCommandLine(args, {});
  atMost(0, positionals);
  const config = loadConfig({ path: values.config });
  const status = await readSuiteStatus(config, createSuiteClient(config));
  if (values.json) printJson(status);
  else console.log(describe(status));
  return EXIT[status.state];
}

function describe(status: SuiteStatus): string {
  const { state, reasons, config, clusters, services, state_store: store, alerts, in_flight } = status;
  const pools = status.token_pools?.map(
    ({ name, available, total }) => `${name} ${available} of ${total} available`,
  );
  return [
    `Holdfast is ${bold(tone(state))}`,
    ...reasons.map((reason) => `  - ${visible(reason)}`),
    '',
    clusterTable(clusters),
    '',
    table(
      ['SERVICE', 'STATE', 'URL', ''],
      services.map(({ name, state: of, url, detail }) => [name, tone(of), url, detail]),
    ),
    '',
    `state store    ${store.kind}, ${tone(store.state)}`,
    `configuration  ${config.source}${config.error === null ? '' : `, not reloaded: ${config.error}`}`,
    ...(pools?.length === 0 ? [] : [`token pools    ${pools?.join(', ') ?? '-'}`]),
    `in flight      ${in_flight ?? '-'}`,
    `alerts firing  ${alerts === null ? '-' : alerts.length || 'none'}`,
    ...(alerts ?? []).map(
      ({ name, severity, summary }) =>
        `  ${tone(visible(severity ?? 'firing'))}  ${visible(name)}${summary ? `: ${visible(summary)}` : ''}`,
    ),
  ].join('\n');
}

import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { atMost, oneOf, readCommandLine } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type ClusterView, stateOfClusters } from '../status/endpoint-view.ts';
import { clusterTable } from '../status/print-clusters.ts';
import { readSuiteStatus } from '../status/suite-status.ts';
import { createSuiteClient } from '../suite/suite-client.ts';
import { bold } from '../terminal/paint.ts';
import { printJson } from '../terminal/print-json.ts';
import { table } from '../terminal/table.ts';

/** `cluster list [NAME]`: what is configured, and how it is. Without a running gateway only the former. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readCommandLine(args, {});
  const [action = 'list', name, ...rest] = positionals;
  oneOf(['list'], action, 'action');
  atMost(0, rest);
  const config = loadConfig({ path: values.config });
  const configured = name === undefined ? config : { ...config, clusters: [clusterNamed(config, name)] };
  const status = await readSuiteStatus(configured, createSuiteClient(config));
  const gatewayIsUp = status.services.some((service) => service.name === 'gateway' && service.state === 'up');
  const state = gatewayIsUp ? stateOfClusters(status.clusters) : 'down';
  if (values.json) {
    printJson({ state, gateway: gatewayIsUp ? 'up' : 'down', clusters: status.clusters });
  } else {
    for (const cluster of status.clusters) console.log(describe(configured, cluster));
    if (!gatewayIsUp)
      console.log(
        `The gateway does not answer at ${config.services.gateway.url}: shown is what is configured.`,
      );
  }
  return EXIT[state];
}

function clusterNamed({ clusters }: Config, name: string) {
  const names = clusters.map((cluster) => cluster.name);
  return clusters[names.indexOf(oneOf(names, name, 'cluster'))]!;
}

function describe(config: Config, view: ClusterView): string {
  const { name, protocol, strategy, models } = view;
  const { endpoints } = config.clusters.find((cluster) => cluster.name === name)!;
  return [
    `${bold(name)}  ${protocol}, ${strategy}; models: ${models.length === 0 ? 'none' : models.join(', ')}`,
    clusterTable([view]),
    '',
    table(
      ['ENDPOINT', 'PRIORITY', 'WEIGHT', 'TIMEOUT', 'CREDENTIAL', 'BASE URL', 'MODELS'],
      endpoints.map((endpoint) => [
        endpoint.name,
        endpoint.priority,
        weightNow(view, endpoint.name),
        `${(endpoint.timeoutMs ?? config.timeouts.firstContentMs) / 1000} s`,
        endpoint.tokenPool ? `pool ${endpoint.tokenPool}` : endpoint.apiKey === null ? 'none' : 'api key',
        endpoint.baseUrl,
        Object.entries(endpoint.models)
          .map(([client, own]) => (client === own ? client : `${client} -> ${own}`))
          .join(', '),
      ]),
    ),
    '',
  ].join('\n');
}

/** As configured, or as probes have adjusted it. */
const weightNow = ({ endpoints }: ClusterView, name: string): number =>
  Math.round(endpoints.find((endpoint) => endpoint.name === name)!.weight * 10) / 10;

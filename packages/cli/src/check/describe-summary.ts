import { describeConfig } from '@holdfast/config/describe-config';
import type { Config } from '@holdfast/config/types';
import { counted } from '../terminal/format.ts';
import { type Cell, table } from '../terminal/table.ts';

/** What a valid configuration amounts to; names of keys and tokens, never a value. */
export function describeSummary(config: Config): string {
  const { clusters, routes, tokenPools, state, database, server, modelLimits, personas } =
    describeConfig(config);
  const endpoints = clusters.flatMap((cluster) =>
    cluster.endpoints.map((endpoint, index): Cell[] => [
      index === 0 ? cluster.name : null,
      endpoint.protocol === cluster.endpoints[index - 1]?.protocol ? null : endpoint.protocol,
      endpoint.name,
      endpoint.priority,
      endpoint.weight,
      endpoint.credential,
      endpoint.baseUrl,
    ]),
  );
  const facts: [string, string][] = [
    ['token pools', tokenPools.map(({ name, tokens }) => `${name} (${poolSize(tokens)})`).join(', ')],
    ['model limits', modelLimits === 0 ? '' : counted(modelLimits, 'model')],
    ['personas', personas.map(({ path, model }) => `${path} (${model})`).join(', ')],
    [
      'client keys',
      server.clientKeys.length === 0
        ? 'none: whoever reaches the port may use it'
        : server.clientKeys.join(', '),
    ],
    ['admin keys', server.adminKeys.length === 0 ? 'none' : server.adminKeys.join(', ')],
    ['state', state],
    ['database', database],
    [
      'when all fails',
      config.fallback.mode === 'canned'
        ? `a canned answer, ${counted(config.fallback.texts.length, 'text')}`
        : 'an honest error',
    ],
  ];
  return [
    table(['CLUSTER', 'PROTOCOL', 'ENDPOINT', 'PRIORITY', 'WEIGHT', 'CREDENTIAL', 'BASE URL'], endpoints),
    '',
    table(
      ['MODEL', 'CLUSTER', 'FALLBACK MODELS'],
      routes.map(({ model, cluster, fallbackModels }) => [model, cluster, fallbackModels.join(', ')]),
    ),
    '',
    ...facts.filter(([, value]) => value !== '').map(([name, value]) => `${name.padEnd(15)} ${value}`),
  ].join('\n');
}

function poolSize(tokens: readonly { readonly account: string }[]): string {
  const accounts = new Set(tokens.map(({ account }) => account)).size;
  return `${counted(tokens.length, 'token')} of ${counted(accounts, 'account')}`;
}

import type { Cluster, Config, Protocol } from '@holdfast/config/types';
import { isGlob, matchesGlob } from '@holdfast/core/glob';

/** How one kind of client is pointed at the gateway, to be pasted. */
export interface ClientSetup {
  readonly title: string;
  readonly code: string;
}

/** Clients of either protocol are served, whatever the endpoints speak. `url`: of the client port, without a path. */
export function clientSetups(config: Config, url: string): ClientSetup[] {
  const key = keyFor(config) ?? 'anything';
  const openai = {
    title: 'OpenAI SDK',
    code: `from openai import OpenAI\n\nclient = OpenAI(\n    base_url="${url}/v1",\n    api_key="${key}",\n)`,
  };
  const anthropic = [
    {
      title: 'Anthropic SDK',
      code: `from anthropic import Anthropic\n\nclient = Anthropic(\n    base_url="${url}",\n    api_key="${key}",\n)`,
    },
    {
      title: 'Claude Code',
      code: `export ANTHROPIC_BASE_URL=${url}\nexport ANTHROPIC_AUTH_TOKEN=${key}\nclaude`,
    },
  ];
  return [{ title: 'curl', code: curlCommand(config, url) }, openai, ...anthropic];
}

/** A request that a shell takes as it is: over the OpenAI API, or Anthropic's where no endpoint speaks the former. */
export function curlCommand(config: Config, url: string): string {
  const protocol = config.clusters.some((cluster) => speaks(cluster, 'openai')) ? 'openai' : 'anthropic';
  const { path, ...more } = CALLS[protocol];
  const body = {
    model: exampleModel(config, protocol),
    ...more,
    messages: [{ role: 'user', content: 'Hello' }],
  };
  const key = keyFor(config);
  return [
    `curl -i ${url}${path}`,
    `-H 'content-type: application/json'`,
    ...(key === null ? [] : [`-H 'authorization: Bearer ${key}'`]),
    `-d ${shellQuoted(JSON.stringify(body))}`,
  ].join(' ');
}

const CALLS = {
  openai: { path: '/v1/chat/completions' },
  anthropic: { path: '/v1/messages', max_tokens: 100 },
} as const satisfies Record<Protocol, object>;

const speaks = ({ endpoints }: Cluster, protocol: Protocol): boolean =>
  endpoints.some((endpoint) => endpoint.protocol === protocol);

/** What stands for the secret; null while the gateway asks for none. */
const keyFor = ({ server }: Config): string | null =>
  server.clientKeys.length === 0 ? null : 'YOUR_CLIENT_KEY';

/** A model that a route of this protocol serves: an exact name, a usual one that a glob takes, or what a glob comes to. */
function exampleModel({ clusters, routes }: Config, protocol: Protocol): string {
  const spoken = clusters.filter((cluster) => speaks(cluster, protocol));
  const names = new Set(spoken.map(({ name }) => name));
  const models = routes.filter(({ cluster }) => names.has(cluster)).map(({ model }) => model);
  const mapped = spoken.flatMap(({ endpoints }) =>
    endpoints.flatMap((endpoint) => Object.keys(endpoint.models)),
  );
  const exact = [...models, ...mapped].find((model) => !isGlob(model));
  const usual = USUAL[protocol].find((name) => models.some((glob) => matchesGlob(glob, name)));
  return exact ?? usual ?? models[0]?.replaceAll(/[*?]/g, '') ?? USUAL[protocol][0];
}

const USUAL = {
  openai: ['gpt-4o-mini', 'gpt-4o', 'gpt-4.1-mini'],
  anthropic: ['claude-sonnet-5', 'claude-haiku-4-5'],
} as const satisfies Record<Protocol, readonly string[]>;

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

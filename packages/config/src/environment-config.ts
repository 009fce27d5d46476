import { variablesMatching } from './build-token-pools.ts';
import type { KeyPath } from './key-path.ts';
import type { VariableEntry } from './overlay.ts';

/** GitHub Models and OpenRouter put the publisher before the name; clients of the official API do not. */
const PUBLISHER_NAMES = Object.fromEntries(
  [
    'gpt-4o-mini',
    'gpt-4o',
    'gpt-4.1-mini',
    'gpt-4.1-nano',
    'gpt-4.1',
    'gpt-5-mini',
    'gpt-5',
    'o4-mini',
    'o3',
  ].map((name) => [name, `openai/${name}`]),
);

interface Upstream {
  readonly name: string;
  /** Which variable says that this upstream exists. */
  readonly because: string;
  readonly endpoint: Readonly<Record<string, unknown>>;
  /** Keys of the endpoint that come from a variable. */
  readonly from: Readonly<Record<string, string>>;
}

/**
 * The upstreams that the variables of existing deployments describe; empty when there
 * are none. All are tiers of one cluster `main`, in this order: main, fallback, github, openrouter. Only OpenRouter with a
 * model of its own is a cluster of its own, and that model the last resort of every other.
 */
export function environmentUpstreams(env: NodeJS.ProcessEnv): VariableEntry[] {
  const tiers: Upstream[] = [...openaiUpstreams(env)];
  if (variablesMatching('GITHUB_TOKEN*', env).length > 0) tiers.push(github);
  const openrouterModel = env.OPENROUTER_MODEL;
  const ownCluster = env.OPENROUTER_API_KEY && openrouterModel;
  if (env.OPENROUTER_API_KEY && !ownCluster) tiers.push(openrouter);

  return [
    ...clusterEntries('main', tiers, env),
    ...(tiers.includes(github) ? githubEntries : []),
    ...(ownCluster ? openrouterEntries(openrouterModel, tiers.length > 0, env) : []),
  ];
}

/** What those variables say about policies; they also tune the built-in demo. */
export function environmentPolicies(env: NodeJS.ProcessEnv): VariableEntry[] {
  const entries: readonly (readonly [variable: string, path: KeyPath, convert: (text: string) => unknown])[] =
    [
      ['ENABLE_MODEL_THROTTLING', ['throttle', 'enabled'], toFlag],
      ['MODEL_MIN_INTERVAL_MS', ['throttle', 'min_interval'], (text) => `${text}ms`],
      ['RATE_LIMIT_ENABLED', ['rate_limit', 'enabled'], toFlag],
      ['RATE_LIMIT_PER_MINUTE', ['rate_limit', 'per_minute'], asIs],
      ['TAGGING_MAX_RETRIES', ['tagging', 'max_retries'], asIs],
      ['TAGGING_RETRY_DELAY', ['tagging', 'retry_delay'], asIs],
      ['TAGGING_MAX_ATTEMPTS', ['tagging', 'max_attempts'], asIs],
      ['CACHE_RESPONSES', ['cache', 'enabled'], toFlag],
      ['CACHE_TTL', ['cache', 'ttl'], asIs],
    ];
  return entries.flatMap(([variable, at, convert]) =>
    env[variable] ? [{ variable, path: at, value: convert(env[variable]) }] : [],
  );
}

const asIs = (text: string) => text;

/** `1`, `yes`, `on` and the like; anything else is left for validation to refuse. */
function toFlag(text: string): unknown {
  const word = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  return ['false', '0', 'no', 'off'].includes(word) ? false : text;
}

/** The fallback has its own key, never the main one's, and the official API as its default address only with that key. */
function openaiUpstreams(env: NodeJS.ProcessEnv): Upstream[] {
  const upstreams: Upstream[] = [];
  if (env.OPENAI_BASE_URL_PRO || env.OPENAI_API_KEY_PRO) {
    upstreams.push({
      name: 'main',
      because: 'OPENAI_BASE_URL_PRO',
      endpoint: {},
      from: { base_url: 'OPENAI_BASE_URL_PRO', api_key: 'OPENAI_API_KEY_PRO' },
    });
  }
  if (env.OPENAI_API_KEY || env.OPENAI_BASE_URL) {
    upstreams.push({
      name: 'fallback',
      because: 'OPENAI_API_KEY',
      endpoint: env.OPENAI_BASE_URL ? {} : { provider: 'openai' },
      from: env.OPENAI_BASE_URL
        ? { base_url: 'OPENAI_BASE_URL', api_key: 'OPENAI_API_KEY' }
        : { api_key: 'OPENAI_API_KEY' },
    });
  }
  return upstreams;
}

const github: Upstream = {
  name: 'github',
  because: 'GITHUB_TOKEN*',
  endpoint: { provider: 'github-models', token_pool: 'github', models: PUBLISHER_NAMES },
  from: {},
};

const githubEntries: readonly VariableEntry[] = [
  { variable: 'GITHUB_TOKEN*', path: ['token_pools', 'github'], value: { from_env: 'GITHUB_TOKEN*' } },
];

const openrouter: Upstream = {
  name: 'openrouter',
  because: 'OPENROUTER_API_KEY',
  endpoint: { provider: 'openrouter', models: PUBLISHER_NAMES },
  from: { api_key: 'OPENROUTER_API_KEY' },
};

/** A cluster of tiers, each value with the variable it came from. */
function clusterEntries(
  cluster: string,
  upstreams: readonly Upstream[],
  env: NodeJS.ProcessEnv,
): VariableEntry[] {
  if (upstreams.length === 0) return [];
  const list: KeyPath = ['clusters', cluster, 'endpoints'];
  const endpoints = upstreams.map(({ name, endpoint }, index) => ({
    name,
    priority: index + 1,
    ...endpoint,
  }));
  return [
    { variable: upstreams[0]!.because, path: list, value: endpoints },
    ...upstreams.flatMap(({ because, from }, index) => [
      { variable: because, path: [...list, index], value: endpoints[index] },
      ...Object.entries(from).flatMap(([key, variable]) => {
        const value = env[variable] || undefined;
        return value === undefined && key !== 'base_url'
          ? []
          : [{ variable, path: [...list, index, key], value }];
      }),
    ]),
  ];
}

function openrouterEntries(model: string, besideOthers: boolean, env: NodeJS.ProcessEnv): VariableEntry[] {
  const variable = 'OPENROUTER_MODEL';
  const others = besideOthers
    ? { model: '*', cluster: 'main', fallback_models: [model] }
    : { model: '*', cluster: 'openrouter' };
  return [
    ...clusterEntries(
      'openrouter',
      [{ ...openrouter, endpoint: { provider: openrouter.endpoint.provider } }],
      env,
    ),
    { variable, path: ['routes'], value: [{ model, cluster: 'openrouter' }, others] },
    { variable, path: ['tagging', 'model'], value: model },
    ...(besideOthers ? [{ variable, path: ['personas', 'miku', 'model'], value: 'gpt-4o-mini' }] : []),
  ];
}

import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../src/load-config.ts';
import { errorOf } from './support/load-yaml.ts';

const load = (env: NodeJS.ProcessEnv) => loadConfig({ cwd: '/', env });
const endpoints = (env: NodeJS.ProcessEnv) =>
  load(env).clusters.map(({ name, endpoints: list }) => [
    name,
    ...list.map((e) => [
      e.name,
      e.priority,
      e.baseUrl,
      e.apiKey ?? (e.tokenPool === null ? null : `pool ${e.tokenPool}`),
    ]),
  ]);

const PRO = { OPENAI_BASE_URL_PRO: 'https://proxy.example.com/v1', OPENAI_API_KEY_PRO: 'key-pro' };
const official = ['fallback', 2, 'https://api.openai.com/v1', 'key-official'];
const main = ['main', 1, 'https://proxy.example.com/v1', 'key-pro'];

describe('upstreams from the variables of existing deployments', () => {
  test('the main API with the official one behind it, each with its own key', () => {
    expect(endpoints({ ...PRO, OPENAI_API_KEY: 'key-official' })).toEqual([['main', main, official]]);
  });

  test('the fallback may be elsewhere', () => {
    expect(endpoints({ ...PRO, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' })).toEqual([
      ['main', main, ['fallback', 2, 'http://127.0.0.1:11434/v1', 'k']],
    ]);
  });

  test('without a fallback key nothing goes to the official API, least of all the main key', () => {
    expect(endpoints(PRO)).toEqual([['main', main]]);
    expect(endpoints({ ...PRO, OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' })).toEqual([
      ['main', main, ['fallback', 2, 'http://127.0.0.1:11434/v1', null]],
    ]);
  });

  test('the official API alone', () => {
    expect(endpoints({ OPENAI_API_KEY: 'key-official' })).toEqual([
      ['main', ['fallback', 1, ...official.slice(2)]],
    ]);
  });

  test('a main key without its address is an error: the key must not go anywhere else', () => {
    expect(errorOf(() => load({ OPENAI_API_KEY_PRO: 'key-pro', OPENAI_API_KEY: 'k' })).problems).toEqual([
      {
        file: 'environment',
        line: null,
        column: null,
        key: 'OPENAI_BASE_URL_PRO',
        message: 'is required',
        suggestion: null,
      },
    ]);
  });

  test('GITHUB_TOKEN* is a pool in natural order, with the published limits and both spellings of model names', () => {
    const config = load({
      GITHUB_TOKEN: 'ghp-1',
      GITHUB_TOKEN10: 'ghp-10',
      GITHUB_TOKEN2: 'ghp-2',
      GITHUB_TOKEN3: '',
      GITHUB_TOKEN_FILE: '/run/x',
    });
    expect(config.tokenPools).toEqual([
      {
        name: 'github',
        strategy: 'sticky',
        maxFailures: 3,
        blockForMs: 60_000,
        tokens: [
          { name: 'GITHUB_TOKEN', value: 'ghp-1', account: 'GITHUB_TOKEN' },
          { name: 'GITHUB_TOKEN2', value: 'ghp-2', account: 'GITHUB_TOKEN2' },
          { name: 'GITHUB_TOKEN10', value: 'ghp-10', account: 'GITHUB_TOKEN10' },
        ],
      },
    ]);
    expect(config.clusters[0]!.endpoints[0]).toMatchObject({
      name: 'github',
      baseUrl: 'https://models.github.ai/inference',
      tokenPool: 'github',
      apiKey: null,
      models: { 'gpt-4o': 'openai/gpt-4o' },
    });
    expect(config.modelLimits['openai/gpt-4o']).toMatchObject({ rpm: 10, rpd: 50 });
  });

  test('OpenRouter alone serves every model; its model is what tagging and the persona use', () => {
    const config = load({ OPENROUTER_API_KEY: 'key-or', OPENROUTER_MODEL: 'meta/llama:free' });
    expect(config.clusters.map(({ name, endpoints: [e] }) => [name, e!.baseUrl, e!.apiKey])).toEqual([
      ['openrouter', 'https://openrouter.ai/api/v1', 'key-or'],
    ]);
    expect(config.routes.map(({ model, cluster }) => [model, cluster])).toEqual([
      ['meta/llama:free', 'openrouter'],
      ['*', 'openrouter'],
    ]);
    expect(config.tagging.model).toBe('meta/llama:free');
    expect(config.personas[0]!.model).toBe('meta/llama:free');
  });

  test('OpenRouter beside others is their fallback model when it has one, else their last tier', () => {
    const withModel = load({ ...PRO, OPENROUTER_API_KEY: 'key-or', OPENROUTER_MODEL: 'meta/llama:free' });
    expect(
      withModel.routes.map(({ model, cluster, fallbackModels }) => [model, cluster, fallbackModels]),
    ).toEqual([
      ['meta/llama:free', 'openrouter', []],
      ['*', 'main', ['meta/llama:free']],
    ]);
    expect(withModel.personas[0]!.model).toBe('gpt-4o-mini');
    expect(endpoints({ ...PRO, OPENROUTER_API_KEY: 'key-or' })).toEqual([
      ['main', main, ['openrouter', 2, 'https://openrouter.ai/api/v1', 'key-or']],
    ]);
  });

  test('everything at once is one cluster of tiers: main, fallback, GitHub, OpenRouter', () => {
    const all = {
      ...PRO,
      OPENAI_API_KEY: 'key-official',
      GITHUB_TOKEN: 'ghp-1',
      OPENROUTER_API_KEY: 'key-or',
    };
    expect(endpoints(all)).toEqual([
      [
        'main',
        main,
        official,
        ['github', 3, 'https://models.github.ai/inference', 'pool github'],
        ['openrouter', 4, 'https://openrouter.ai/api/v1', 'key-or'],
      ],
    ]);
  });

  test('empty variables, as compose passes them, count as unset', () => {
    const env = {
      OPENAI_API_KEY: '',
      OPENAI_BASE_URL_PRO: '',
      GITHUB_TOKEN: '',
      OPENROUTER_API_KEY: '',
      CACHE_TTL: '',
      REDIS_URL: '',
    };
    expect(load(env)).toMatchObject({ source: 'built-in', state: { redisUrl: null } });
  });
});

describe('policies from the variables of existing deployments', () => {
  const upstream = { OPENAI_API_KEY: 'k' };

  test.each([
    [{ ENABLE_MODEL_THROTTLING: 'false' }, { throttle: { enabled: false } }],
    [
      { ENABLE_MODEL_THROTTLING: '1', MODEL_MIN_INTERVAL_MS: '2000' },
      { throttle: { enabled: true, minIntervalMs: 2000 } },
    ],
    [
      { RATE_LIMIT_ENABLED: 'True', RATE_LIMIT_PER_MINUTE: '12' },
      { rateLimit: { enabled: true, perMinute: 12 } },
    ],
    [
      { TAGGING_MAX_RETRIES: '1', TAGGING_RETRY_DELAY: '5', TAGGING_MAX_ATTEMPTS: '9' },
      { tagging: { maxRetries: 1, retryDelayMs: 5000, maxAttempts: 9 } },
    ],
    [{ CACHE_RESPONSES: 'on', CACHE_TTL: '60' }, { cache: { enabled: true, ttlMs: 60_000 } }],
  ])('%j', (env, expected) => {
    expect(load({ ...upstream, ...env })).toMatchObject(expected);
    expect(load({ ...upstream, ...env }).routes[0]).toMatchObject(
      'throttle' in expected || 'cache' in expected ? expected : {},
    );
  });

  test('a wrong value is an error that names the variable', () => {
    const wrong = {
      MODEL_MIN_INTERVAL_MS: 'soon',
      RATE_LIMIT_ENABLED: 'maybe',
      TAGGING_MAX_RETRIES: '-1',
      OPENAI_BASE_URL: 'http://169.254.169.254',
    };
    expect(
      errorOf(() => load({ ...upstream, ...wrong }))
        .problems.map(({ file, key }) => [file, key])
        .toSorted(),
    ).toEqual([
      ['environment', 'MODEL_MIN_INTERVAL_MS'],
      ['environment', 'OPENAI_BASE_URL'],
      ['environment', 'RATE_LIMIT_ENABLED'],
      ['environment', 'TAGGING_MAX_RETRIES'],
    ]);
  });
});

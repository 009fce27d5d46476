import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../src/load-config.ts';
import type { Config } from '../src/types.ts';
import { CLUSTER, loadYaml } from './support/load-yaml.ts';

const directory = path.resolve(import.meta.dirname, '../../../config');
const load = (file: string, env: NodeJS.ProcessEnv) =>
  loadConfig({ path: path.join(directory, file), env, cwd: '/' });

describe('holdfast.example.yaml', () => {
  const tokens = {
    OPENAI_API_KEY_PRO: 'k-pro',
    GITHUB_TOKEN: 'ghp-1',
    GITHUB_TOKEN2: 'ghp-2',
    GITHUB_TOKEN3: 'ghp-3',
  };
  const example = load('holdfast.example.yaml', tokens);

  test('every default it shows is the one in the code', () => {
    const withDefaults = (config: Config) => {
      const { source, clusters, routes, tokenPools, modelLimits, ...rest } = config;
      return { ...rest, tagging: { ...rest.tagging, model: 'depends on the routes' } };
    };
    expect(withDefaults(example)).toEqual(withDefaults(loadYaml(CLUSTER)));
  });

  test('so are those inside endpoints, routes and pools', () => {
    const plain = loadYaml(
      `${CLUSTER}\ntoken_pools: { github: { tokens: [{ name: A, value: v }] } }\nroutes: [{ model: "*", cluster: main }]`,
    );
    const { name, baseUrl, apiKey, models, id, ...endpoint } = example.clusters[0]!.endpoints[0]!;
    expect(plain.clusters[0]!.endpoints[0]).toMatchObject(endpoint);
    const { model, fallbackModels, ...route } = example.routes[0]!;
    expect(plain.routes[0]).toMatchObject(route);
    const { tokens: _, ...pool } = example.tokenPools[0]!;
    expect(plain.tokenPools[0]).toMatchObject(pool);
  });

  test('it reads as the contract says: two listed tokens, the third from the environment', () => {
    expect(example.tokenPools[0]!.tokens.map(({ name, account }) => [name, account])).toEqual([
      ['GITHUB_TOKEN', 'first'],
      ['GITHUB_TOKEN2', 'second'],
      ['GITHUB_TOKEN3', 'GITHUB_TOKEN3'],
    ]);
    expect(example.clusters[0]!.endpoints[0]).toMatchObject({
      apiKey: 'k-pro',
      models: { 'gpt-4o': 'openai/gpt-4o' },
    });
    expect(Object.keys(example.modelLimits)).toHaveLength(58);
  });
});

describe('examples of deployments', () => {
  test('companion chat: four attempts at 2, 4, 8 s within 120 s, canned 200, an hour of cache', () => {
    const config = load('examples/companion-chat.yaml', {
      OPENAI_BASE_URL_PRO: 'https://p.example.com/v1',
      OPENAI_API_KEY_PRO: 'k',
    });
    expect(config).toMatchObject({
      retry: { maxAttempts: 4, baseDelayMs: 2000, multiplier: 2, maxTotalTimeMs: 120_000 },
      fallback: { mode: 'canned', status: 200 },
      cache: { enabled: true, ttlMs: 3_600_000 },
      alerts: { fallbackRatio: { warning: 0.5, critical: 0.8 } },
      personas: [{ path: '/api/miku/chat', model: 'gpt-4o-mini' }],
    });
    expect(config.fallback.texts.length).toBeGreaterThan(1);
  });

  test('main and official: the proxy first, the official API behind it, three attempts, probes every five minutes', () => {
    const config = load('examples/main-and-official.yaml', {
      OPENAI_BASE_URL_PRO: 'https://p.example.com/v1',
      OPENAI_API_KEY_PRO: 'k',
      OPENAI_API_KEY: 'o',
    });
    expect(config).toMatchObject({ retry: { maxAttempts: 3 }, health: { schedule: '*/5 * * * *' } });
    expect(
      config.clusters[0]!.endpoints.map(({ name, priority, apiKey, baseUrl }) => [
        name,
        priority,
        apiKey,
        baseUrl,
      ]),
    ).toEqual([
      ['main', 1, 'k', 'https://p.example.com/v1'],
      ['official', 2, 'o', 'https://api.openai.com/v1'],
    ]);
  });

  test('GitHub Models: a pool from variables, 2 s per model, 30 a minute per client, limits of 58 models', () => {
    const config = load('examples/github-models-tokens.yaml', {
      GITHUB_TOKEN: 'a',
      GITHUB_TOKEN2: 'b',
      GITHUB_TOKEN3: 'c',
    });
    expect(config).toMatchObject({
      throttle: { enabled: true, minIntervalMs: 2000, scope: 'model' },
      rateLimit: { enabled: true, perMinute: 30 },
      tokenPools: [
        {
          name: 'github',
          maxFailures: 3,
          tokens: [{ account: 'GITHUB_TOKEN' }, { account: 'GITHUB_TOKEN2' }, {}],
        },
      ],
    });
    expect(Object.keys(config.modelLimits)).toHaveLength(58);
    expect(config.clusters[0]!.endpoints[0]!.tokenPool).toBe('github');
  });

  test('Claude Code: Anthropic relays with weights, tiers and timeouts from 30 to 180 s, rechecked every minute', () => {
    const config = load('examples/claude-code-relays.yaml', {
      RELAY_A_KEY: 'a',
      RELAY_B_KEY: 'b',
      RELAY_C_KEY: 'c',
      ANTHROPIC_API_KEY: 'd',
    });
    expect(config).toMatchObject({
      health: { failureQueueIntervalMs: 60_000, probe: 'auto' },
      breaker: { maxFailures: 3 },
    });
    expect(config.clusters.every(({ protocol }) => protocol === 'anthropic')).toBe(true);
    expect(
      config.clusters[0]!.endpoints.map(({ priority, weight, timeoutMs }) => [priority, weight, timeoutMs]),
    ).toEqual([
      [1, 70, 60_000],
      [1, 30, 90_000],
      [2, 100, 120_000],
      [3, 100, 180_000],
    ]);
    expect(config.clusters[1]!.endpoints[0]!.timeoutMs).toBe(30_000);
  });

  test('tagging through OpenRouter: 2, 4, 8 s, then three fallback models, five attempts, every night', () => {
    const config = load('examples/tagging-openrouter.yaml', { OPENROUTER_API_KEY: 'k' });
    expect(config).toMatchObject({
      tagging: { maxRetries: 3, retryDelayMs: 2000, maxAttempts: 5, schedule: '0 4 * * *' },
      database: { url: 'sqlite:./data/holdfast.db' },
    });
    expect(config.tagging.fallbackModels).toHaveLength(3);
    expect(config.clusters[0]!.endpoints[0]!.headers).toHaveProperty('HTTP-Referer');
  });

  test('mixed vendors: OpenAI, Anthropic, Ollama in tiers, each by its own protocol, model names and address', () => {
    const config = load('examples/mixed-vendors.yaml', { OPENAI_API_KEY: 'o', ANTHROPIC_API_KEY: 'a' });
    expect(
      config.clusters[0]!.endpoints.map(({ provider, protocol, baseUrl, priority, models }) => [
        provider,
        protocol,
        baseUrl,
        priority,
        models.assistant,
      ]),
    ).toEqual([
      ['openai', 'openai', 'https://api.openai.com/v1', 1, 'gpt-4o'],
      ['anthropic', 'anthropic', 'https://api.anthropic.com', 2, 'claude-sonnet-4-5'],
      ['ollama', 'openai', 'http://127.0.0.1:11434/v1', 3, 'llama3.3'],
    ]);
  });

  test('every example has a test here', () => {
    expect(readdirSync(path.join(directory, 'examples')).toSorted()).toEqual([
      'claude-code-relays.yaml',
      'companion-chat.yaml',
      'github-models-tokens.yaml',
      'main-and-official.yaml',
      'mixed-vendors.yaml',
      'tagging-openrouter.yaml',
    ]);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DIALECTS } from '@holdfast/core/protocol';
import { describe, expect, test } from '@jest/globals';
import { PROVIDERS, type Provider } from '../src/providers.ts';
import type { Endpoint } from '../src/types.ts';
import { loadYaml } from './support/load-yaml.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** The one endpoint of a cluster, as it comes out. */
function endpointOf(keys: string, cluster = ''): Endpoint {
  return loadYaml(`clusters: { main: { ${cluster} endpoints: [{ name: a, ${keys} }] } }`).clusters[0]!
    .endpoints[0]!;
}

describe('a provider fills what the endpoint does not say', () => {
  test.each([
    ['openai', 'https://api.openai.com/v1', 'openai', 'authorization'],
    ['anthropic', 'https://api.anthropic.com', 'anthropic', 'x-api-key'],
    ['openrouter', 'https://openrouter.ai/api/v1', 'openai', 'authorization'],
    ['github-models', 'https://models.github.ai/inference', 'openai', 'authorization'],
    ['huggingface', 'https://router.huggingface.co/v1', 'openai', 'authorization'],
    ['ollama', 'http://127.0.0.1:11434/v1', 'openai', 'authorization'],
    ['groq', 'https://api.groq.com/openai/v1', 'openai', 'authorization'],
    ['mistral', 'https://api.mistral.ai/v1', 'openai', 'authorization'],
    ['deepseek', 'https://api.deepseek.com', 'openai', 'authorization'],
    ['google', 'https://generativelanguage.googleapis.com/v1beta/openai', 'openai', 'authorization'],
  ])('%s', (provider, baseUrl, protocol, authHeader) => {
    // Whatever the cluster speaks: a provider's protocol is its own.
    for (const cluster of ['protocol: openai,', 'protocol: anthropic,'])
      expect(endpointOf(`provider: ${provider}`, cluster)).toMatchObject({
        provider,
        baseUrl,
        protocol,
        authHeader,
      });
  });

  test('azure-openai: an address alone means its /openai/v1, a deployment is called with its version', () => {
    expect(endpointOf('provider: azure-openai, base_url: "https://r.openai.azure.com/"')).toMatchObject({
      baseUrl: 'https://r.openai.azure.com/openai/v1',
      authHeader: 'api-key',
      query: {},
    });
    const deployment = 'https://r.openai.azure.com/openai/deployments/mini';
    expect(
      endpointOf(`provider: azure-openai, base_url: "${deployment}", query: { api-version: 2024-10-21 }`),
    ).toMatchObject({ baseUrl: deployment, query: { 'api-version': '2024-10-21' } });
  });

  test('generic: nothing is known, the cluster and the protocol decide', () => {
    expect(endpointOf('provider: generic, base_url: "https://a/v1"', 'protocol: anthropic,')).toMatchObject({
      protocol: 'anthropic',
      authHeader: 'x-api-key',
      dialects: DIALECTS.anthropic,
      streamUsage: null,
    });
  });

  test('github-models brings the published limits of its models, unless the file names others', () => {
    const models = (more: string) =>
      Object.keys(
        loadYaml(`clusters: { main: { endpoints: [{ name: a, provider: github-models }] } }\n${more}`)
          .modelLimits,
      );
    expect(models('')).toHaveLength(58);
    expect(models(`model_limits: "${root}/config/model-limits.yaml"`)).toHaveLength(58);
    expect(
      Object.keys(loadYaml('clusters: { main: { endpoints: [{ name: a, provider: groq }] } }').modelLimits),
    ).toEqual([]);
  });
});

describe('what an endpoint says itself stands above its provider', () => {
  test('every key', () => {
    expect(
      endpointOf(
        'provider: mistral, base_url: "http://127.0.0.1:1/v1", auth_header: x-api-key, dialects: [openai-chat], stream_usage: true, probe: none',
      ),
    ).toMatchObject({
      baseUrl: 'http://127.0.0.1:1/v1',
      authHeader: 'x-api-key',
      dialects: ['openai-chat'],
      streamUsage: true,
      probe: 'none',
    });
  });

  test('a header in whatever case replaces its own', () => {
    expect(endpointOf('provider: openrouter').headers).toEqual({ 'X-Title': 'Holdfast' });
    expect(
      endpointOf('provider: openrouter, headers: { x-title: Mine, HTTP-Referer: "https://me" }').headers,
    ).toEqual({ 'x-title': 'Mine', 'HTTP-Referer': 'https://me' });
  });

  test('another protocol of the provider has the ways of that protocol, not those known of the other', () => {
    expect(
      endpointOf('provider: deepseek, protocol: anthropic, base_url: "https://api.deepseek.com/anthropic"'),
    ).toMatchObject({ protocol: 'anthropic', authHeader: 'x-api-key', dialects: DIALECTS.anthropic });
  });
});

describe('docs/providers.md says what the table says', () => {
  const rows = readFileSync(path.join(root, 'docs/providers.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const code = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(', ');
  const served = ({ dialects, protocol }: Provider) =>
    dialects === null ? `all of ${protocol ?? 'its protocol'}` : code(dialects);

  test.each(Object.entries(PROVIDERS))('%s', (name, provider: Provider) => {
    expect(rows.filter(([first]) => first === `\`${name}\``).map((cells) => cells.slice(1))).toEqual([
      [
        provider.baseUrl === null ? 'yours' : code([provider.baseUrl]),
        provider.authHeader === null ? "its protocol's" : code([provider.authHeader]),
        served(provider),
        provider.probe === null ? '' : code([provider.probe]),
        provider.streamUsage === null ? 'not known' : provider.streamUsage ? 'yes' : 'no',
      ],
      [provider.verified.length === 0 ? 'none' : code(provider.verified), expect.stringMatching(/\w/)],
    ]);
  });

  test('what it calls verified is a recorded answer that the goals check', () => {
    const files = Object.values(PROVIDERS).flatMap(({ verified }: Provider) => verified);
    expect(files.filter((file) => !existsSync(path.join(root, 'e2e/payloads', file)))).toEqual([]);
  });
});

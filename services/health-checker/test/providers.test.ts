import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { probe } from '../src/probe/probe.ts';
import { buildTargets } from '../src/target.ts';
import { readConfig } from './start-health-checker.ts';

/** A probe calls an endpoint as its own provider wants, whatever its cluster speaks. */

const MODELS = { 'gpt-4o': 'the-model' };

async function probed(endpoint: Record<string, unknown>, preferChat = false) {
  await using simulator = await startSimulator();
  const { base = '/v1', ...keys } = endpoint;
  const config = readConfig({
    clusters: {
      main: {
        protocol: 'openai',
        endpoints: [
          { name: 'it', base_url: `${simulator.url}/it${base}`, api_key: 'sk-it', models: MODELS, ...keys },
        ],
      },
    },
    routes: [{ model: 'gpt-4o', cluster: 'main' }],
  });
  const target = buildTargets(config).get('main/it')!;
  simulator.behave('it', { models: ['the-model'] });
  try {
    const { finding } = await probe({
      target,
      credential: 'sk-it',
      timeoutMs: 5000,
      shutdown: new AbortController().signal,
      now: Date.now,
      random: Math.random,
      listed: undefined,
      preferChat,
      noChat: null,
    });
    const [request] = simulator.requests('it');
    return { finding, request: request!, calls: simulator.requests('it').length };
  } finally {
    await target.pool.destroy();
  }
}

describe('the list of models is asked for', () => {
  test.each([
    [{ provider: 'openai' }, '/v1/models', 'authorization', 'Bearer sk-it'],
    [{ provider: 'anthropic' }, '/v1/models', 'x-api-key', 'sk-it'],
    [{ protocol: 'anthropic' }, '/v1/models', 'x-api-key', 'sk-it'],
    [{ protocol: 'anthropic', auth_header: 'authorization' }, '/v1/models', 'authorization', 'Bearer sk-it'],
    [{ provider: 'github-models', base: '/inference' }, '/catalog/models', 'authorization', 'Bearer sk-it'],
    [
      { provider: 'azure-openai', base: '/openai/v1', query: { 'api-version': 'preview' } },
      '/openai/v1/models?api-version=preview',
      'api-key',
      'sk-it',
    ],
  ])('%j: at %s, with the key in %s', async (endpoint, path, header, value) => {
    const { finding, request, calls } = await probed(endpoint);
    expect(finding).toMatchObject({ found: 'up', result: 'ok' });
    expect([request.path, request.headers[header], calls]).toEqual([path, value, 1]);
    const others = ['authorization', 'x-api-key', 'api-key'].filter((name) => name !== header);
    for (const other of others) expect(request.headers).not.toHaveProperty(other);
  });
});

describe('a conversation is held', () => {
  test.each([
    [{ provider: 'anthropic' }, '/v1/messages'],
    [{ provider: 'deepseek', base: '' }, '/chat/completions'],
    [
      { provider: 'azure-openai', base: '/openai/deployments/mini', query: { 'api-version': '2024-10-21' } },
      '/openai/deployments/mini/chat/completions?api-version=2024-10-21',
    ],
  ])('%j: at %s', async (endpoint, path) => {
    const { finding, request } = await probed({ ...endpoint, probe: 'chat' });
    expect(finding).toMatchObject({ found: 'up', result: 'ok' });
    expect([request.path, request.model]).toEqual([path, 'the-model']);
  });

  test.each([{ provider: 'github-models' }, { provider: 'ollama' }, { dialects: ['openai-embeddings'] }])(
    'not with %j, even when it comes back from an outage: the list has to do',
    async (endpoint) => {
      const { request, calls } = await probed(endpoint, true);
      expect([request.method, calls]).toEqual(['GET', 1]);
    },
  );
});

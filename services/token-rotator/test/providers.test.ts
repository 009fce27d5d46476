import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { validateToken } from '../src/validate-token.ts';
import { configOf } from './start-rotator.ts';

/** A token is validated at its endpoint as that provider wants it, whatever the cluster speaks. */
test.each([
  [{ provider: 'openai' }, '/v1', '/v1/models', { authorization: 'Bearer value-of-A' }],
  [
    { provider: 'anthropic' },
    '',
    '/v1/models',
    { 'x-api-key': 'value-of-A', 'anthropic-version': '2023-06-01' },
  ],
  [{ provider: 'github-models' }, '/inference', '/catalog/models', { authorization: 'Bearer value-of-A' }],
  [
    { provider: 'azure-openai', query: { 'api-version': 'preview' } },
    '/openai/v1',
    '/openai/v1/models?api-version=preview',
    { 'api-key': 'value-of-A' },
  ],
])('%j', async (keys, base, path, headers) => {
  await using simulator = await startSimulator();
  const endpoint = { name: 'it', base_url: `${simulator.url}/it${base}`, token_pool: 'pool', ...keys };
  const { clusters, tokenPools } = configOf(
    { pool: ['A:first'] },
    { clusters: { main: { protocol: 'openai', endpoints: [endpoint] } } },
  );
  const dispatcher = new Agent();
  const validate = () =>
    validateToken({
      endpoint: clusters[0]!.endpoints[0]!,
      token: tokenPools[0]!.tokens[0]!,
      dispatcher,
      timeoutMs: 5000,
      now: Date.now,
    });
  try {
    expect((await validate()).result).toBe('valid');
    expect(simulator.requests('it')[0]).toMatchObject({ path, headers });
    simulator.behave('it', { tokens: { 'value-of-A': { status: 401 } } });
    expect((await validate()).result).toBe('invalid');
  } finally {
    await dispatcher.close();
  }
});

import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { read, saidIn } from '../faults/pair.ts';
import { chat, startGateway } from '../start-gateway.ts';
import { CLAUDE, OPENAI, PATHS, vendors } from './vendors.ts';

/** What goes over the wire to each vendor: exactly these headers, that path, its own credential and nobody else's. */

/** All that a client might bring along. */
const CLIENT = {
  authorization: 'Bearer sk-of-the-client',
  'x-api-key': 'sk-of-the-client',
  'api-key': 'sk-of-the-client',
  cookie: 'session=secret',
  'user-agent': 'client/1.0',
  'anthropic-version': '2023-01-01',
  'anthropic-beta': 'context-1m-2025-08-07',
  'openai-beta': 'assistants=v2',
  'openai-organization': 'org-client',
  'x-stainless-lang': 'js',
  'x-holdfast-fallback': 'off',
};

/** Of the connection itself. */
const TRANSPORT = ['host', 'connection', 'content-length'];
const ASKED = {
  'content-type': 'application/json',
  'accept-encoding': 'identity',
  'user-agent': 'client/1.0',
};

const WAYS = {
  chat: { path: PATHS.chat, body: chat() },
  messages: { path: PATHS.messages, body: chat('gpt-4o', { max_tokens: 5 }) },
} as const;

const BEARER = { authorization: 'Bearer sk-vendor' };
const OWN_ANTHROPIC = { 'anthropic-version': '2023-01-01', 'anthropic-beta': 'context-1m-2025-08-07' };

describe('the headers that reach a vendor', () => {
  test.each([
    ['chat', 'openai', '/v1/chat/completions', { ...BEARER, 'openai-beta': 'assistants=v2' }],
    ['messages', 'openai', '/v1/chat/completions', BEARER],
    ['messages', 'anthropic', '/v1/messages', { 'x-api-key': 'sk-vendor', ...OWN_ANTHROPIC }],
    ['chat', 'anthropic', '/v1/messages', { 'x-api-key': 'sk-vendor', 'anthropic-version': '2023-06-01' }],
    [
      'chat',
      'openrouter',
      '/v1/chat/completions',
      { ...BEARER, 'openai-beta': 'assistants=v2', 'x-title': 'Holdfast' },
    ],
    ['messages', 'azure-openai', '/v1/chat/completions', { 'api-key': 'sk-vendor' }],
  ] as const)('a %s client at %s', async (way, provider, path, expected) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      vendors(simulator, [{ name: 'vendor', provider, api_key: 'sk-vendor' }]),
    );
    const answer = await read(await gateway.post(WAYS[way].path, WAYS[way].body, CLIENT));
    expect(saidIn(answer)).toBe('Hello from vendor, you said: Hi');
    const [request] = simulator.requests('vendor');
    expect(request!.path).toBe(path);
    const headers = Object.entries(request!.headers).filter(([name]) => !TRANSPORT.includes(name));
    expect(Object.fromEntries(headers)).toEqual({ ...ASKED, ...expected });
  });

  test('in front of a pool each token travels in the header of its endpoint', async () => {
    await using simulator = await startSimulator();
    const pooled = { name: 'azure', provider: 'azure-openai', api_key: undefined, token_pool: 'pool' };
    await using gateway = await startGateway(
      vendors(simulator, [pooled], {
        token_pools: { pool: { tokens: [{ name: 'A', value: 'sk-token' }] } },
      }),
    );
    await read(await gateway.post(PATHS.chat, chat()));
    const [request] = simulator.requests('azure');
    expect(request!.headers).toMatchObject({ 'api-key': 'sk-token' });
    expect(request!.headers).not.toHaveProperty('authorization');
  });
});

describe('where a vendor is called', () => {
  test.each([
    ['github-models', '/inference', '/inference/chat/completions'],
    ['openrouter', '/api/v1', '/api/v1/chat/completions'],
    ['groq', '/openai/v1', '/openai/v1/chat/completions'],
    ['google', '/v1beta/openai', '/v1beta/openai/chat/completions'],
    ['deepseek', '', '/chat/completions'],
    ['ollama', '/v1', '/v1/chat/completions'],
    ['azure-openai', '/openai/v1', '/openai/v1/chat/completions'],
    ['anthropic', '', '/v1/messages'],
  ])('%s below %s', async (provider, base, path) => {
    await using simulator = await startSimulator();
    const vendor = { name: 'vendor', provider, base_url: `${simulator.url}/vendor${base}` };
    await using gateway = await startGateway(vendors(simulator, [vendor]));
    const answer = await read(await gateway.post(PATHS.chat, chat()));
    expect(saidIn(answer)).toBe('Hello from vendor, you said: Hi');
    expect(simulator.requests('vendor').map((request) => request.path)).toEqual([path]);
  });

  test('a deployment of azure-openai, with its version', async () => {
    await using simulator = await startSimulator();
    const vendor = {
      name: 'vendor',
      provider: 'azure-openai',
      base_url: `${simulator.url}/vendor/openai/deployments/mini`,
      query: { 'api-version': '2024-10-21' },
    };
    await using gateway = await startGateway(vendors(simulator, [vendor]));
    expect((await read(await gateway.post(PATHS.chat, chat()))).status).toBe(200);
    expect(simulator.requests('vendor')[0]!.path).toBe(
      '/openai/deployments/mini/chat/completions?api-version=2024-10-21',
    );
  });
});

describe('an upload', () => {
  test('goes to an endpoint that speaks OpenAI’s protocol, with its own credential', async () => {
    await using simulator = await startSimulator();
    const azure = { name: 'azure', provider: 'azure-openai', query: { 'api-version': 'v1' } };
    await using gateway = await startGateway(vendors(simulator, [CLAUDE, azure, OPENAI]));
    const body = new FormData();
    body.set('file', new Blob(['x']), 'speech.wav');
    const response = await fetch(`${gateway.url}/v1/audio/transcriptions?a=b`, { method: 'POST', body });
    expect([response.status, response.headers.get('x-holdfast-endpoint')]).toEqual([200, 'azure']);
    const [request] = simulator.requests('azure');
    expect(request).toMatchObject({
      path: '/v1/audio/transcriptions?api-version=v1&a=b',
      headers: { 'api-key': 'sk-azure' },
    });
    expect(simulator.requests('claude')).toEqual([]);
  });

  test('of an image goes past those that serve none', async () => {
    await using simulator = await startSimulator();
    const deepseek = { name: 'deepseek', provider: 'deepseek' };
    await using gateway = await startGateway(vendors(simulator, [deepseek, OPENAI]));
    const body = new FormData();
    body.set('image', new Blob(['x']), 'cat.png');
    const response = await fetch(`${gateway.url}/v1/images/edits`, { method: 'POST', body });
    expect([response.status, response.headers.get('x-holdfast-endpoint')]).toEqual([200, 'openai']);
  });

  test('is a 404 that names it where nobody speaks that protocol', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE]));
    const response = await fetch(`${gateway.url}/v1/audio/speech`, { method: 'POST', body: 'x' });
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining('No endpoint serves /v1/audio/speech.'),
    ]);
  });
});

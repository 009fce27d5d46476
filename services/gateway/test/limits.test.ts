import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { describe, expect, test } from '@jest/globals';
import { type ConfigFile, chat, readAnswer, startGateway } from './start-gateway.ts';

const single = (baseUrl: string, more: ConfigFile = {}): ConfigFile => ({
  clusters: {
    main: { protocol: 'openai', endpoints: [{ name: 'only', base_url: baseUrl, api_key: 'sk-test' }] },
  },
  routes: [{ model: '*', cluster: 'main' }],
  ...more,
});

/** One endpoint that draws from `token-a` of account a and `token-b` of account b. */
const twoAccounts = (baseUrl: string, more: ConfigFile = {}): ConfigFile => ({
  token_pools: {
    pool: {
      tokens: [
        { name: 'A', value: 'token-a', account: 'a' },
        { name: 'B', value: 'token-b', account: 'b' },
      ],
    },
  },
  clusters: {
    main: { protocol: 'openai', endpoints: [{ name: 'only', base_url: baseUrl, token_pool: 'pool' }] },
  },
  routes: [{ model: '*', cluster: 'main' }],
  ...more,
});

function limitsFile(models: Record<string, object>): Disposable & { readonly path: string } {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-limits-'));
  const file = path.join(directory, 'limits.yaml');
  writeFileSync(file, JSON.stringify({ models }));
  return { path: file, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

describe('the client limit', () => {
  test('lets the configured number through in a minute and refuses the next with retry-after', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      single(simulator.baseUrl('only'), { rate_limit: { enabled: true, per_minute: 3 } }),
    );
    for (let i = 0; i < 3; i++) expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    const refused = await gateway.post('/v1/chat/completions', chat(), { 'x-forwarded-for': '203.0.113.9' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit-limit')).toBe('3');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect((await readAnswer(refused)).error.code).toBe('rate_limited');
    expect(simulator.requests('only')).toHaveLength(3);
    expect(await gateway.metric('holdfast_rate_limited_total')).toBe(1);
  });
});

describe('the minimum interval', () => {
  test('holds the second call of a model back, also through another gateway, and leaves other models alone', async () => {
    await using simulator = await startSimulator();
    const state = createInProcessState();
    const config = single(simulator.baseUrl('only'), { throttle: { enabled: true, min_interval: '1s' } });
    await using first = await startGateway(config, { state });
    await using second = await startGateway(config, { state });
    await Promise.all([
      first.post('/v1/chat/completions', chat('a')),
      second.post('/v1/chat/completions', chat('a')),
      first.post('/v1/chat/completions', chat('b')),
    ]);
    const [one, two] = simulator.requests('only').filter(({ model }) => model === 'a');
    expect(two!.at - one!.at).toBeGreaterThan(600);
    const delays = await Promise.all(
      [first, second].map((gateway) => gateway.metric('holdfast_throttle_delay_seconds_count')),
    );
    expect(delays[0]! + delays[1]!).toBe(1);
  });

  test('a token that is refused while others wait for their turn is called by none of them', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      twoAccounts(simulator.baseUrl('only'), { throttle: { enabled: true, min_interval: '100ms' } }),
    );
    simulator.behave('only', { tokens: { 'token-a': { fault: 'github_day_quota' } } });
    const post = () => gateway.post('/v1/chat/completions', chat());
    for (const response of await Promise.all([post(), post(), post()])) expect(response.status).toBe(200);
    expect(simulator.requests('only').map(({ token }) => token)).toEqual([
      'token-a',
      'token-b',
      'token-b',
      'token-b',
    ]);
  });

  test('of a token leaves the other tokens free, and one whose turn is too late is passed over', async () => {
    await using simulator = await startSimulator();
    const state = createInProcessState();
    const config = twoAccounts(simulator.baseUrl('only'), {
      throttle: { enabled: true, min_interval: '60s', scope: 'token' },
    });
    await using first = await startGateway(config, { state });
    await using second = await startGateway(config, { state });
    const post = (gateway: typeof first) =>
      gateway.post('/v1/chat/completions', chat(), { 'x-holdfast-timeout': '5s' });
    // What the second does not know of the first's calls it is told when it asks for the turn.
    expect((await post(first)).status).toBe(200);
    expect((await post(second)).status).toBe(200);
    const refused = await post(first);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1);
    expect(simulator.requests('only').map(({ token }) => token)).toEqual(['token-a', 'token-b']);
  });

  test('that does not fit the deadline is refused at once', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      single(simulator.baseUrl('only'), { throttle: { enabled: true, min_interval: '60s' } }),
    );
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    const late = await gateway.post('/v1/chat/completions', chat(), { 'x-holdfast-timeout': '2s' });
    expect(late.status).toBe(429);
    expect(simulator.requests('only')).toHaveLength(1);
  });
});

describe('published model limits', () => {
  test('send the next request to another account before the provider refuses it', async () => {
    await using simulator = await startSimulator();
    using limits = limitsFile({ 'gpt-4o': { rpd: 2 } });
    await using gateway = await startGateway(
      twoAccounts(simulator.baseUrl('only'), { model_limits: limits.path }),
    );
    for (let i = 0; i < 4; i++) expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    expect(simulator.requests('only').map(({ token }) => token)).toEqual([
      'token-a',
      'token-a',
      'token-b',
      'token-b',
    ]);
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(429);
    expect(simulator.requests('only')).toHaveLength(4);
  });

  test('are kept by requests that waited for their turn together', async () => {
    await using simulator = await startSimulator();
    using limits = limitsFile({ 'gpt-4o': { rpd: 1 } });
    await using gateway = await startGateway(
      twoAccounts(simulator.baseUrl('only'), {
        model_limits: limits.path,
        throttle: { enabled: true, min_interval: '100ms' },
      }),
    );
    const post = () => gateway.post('/v1/chat/completions', chat());
    const statuses = (await Promise.all([post(), post(), post()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 200, 429]);
    expect(simulator.requests('only').map(({ token }) => token)).toEqual(['token-a', 'token-b']);
  });

  test('tell a request that is too large for every endpoint so, and call nobody', async () => {
    await using simulator = await startSimulator();
    using limits = limitsFile({ 'gpt-4o': { max_input: 100, max_output: 50 } });
    await using gateway = await startGateway(
      twoAccounts(simulator.baseUrl('only'), { model_limits: limits.path }),
    );
    const long = { ...chat(), messages: [{ role: 'user', content: 'word '.repeat(200) }] };
    for (const body of [long, { ...chat(), max_tokens: 51 }]) {
      const refused = await gateway.post('/v1/chat/completions', body);
      expect(refused.status).toBe(413);
      expect(refused.headers.get('retry-after')).toBeNull();
      expect((await readAnswer(refused)).error.code).toBe('request_too_large');
    }
    expect((await gateway.post('/v1/chat/completions', { ...chat(), max_tokens: 50 })).status).toBe(200);
    expect(simulator.requests('only')).toHaveLength(1);
  });
});

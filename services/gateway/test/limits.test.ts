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
    const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-limits-'));
    try {
      const limits = path.join(directory, 'limits.yaml');
      writeFileSync(limits, JSON.stringify({ models: { 'gpt-4o': { rpd: 2 } } }));
      await using gateway = await startGateway({
        model_limits: limits,
        token_pools: {
          pool: {
            tokens: [
              { name: 'A', value: 'token-a', account: 'a' },
              { name: 'B', value: 'token-b', account: 'b' },
            ],
          },
        },
        clusters: {
          main: {
            protocol: 'openai',
            endpoints: [{ name: 'only', base_url: simulator.baseUrl('only'), token_pool: 'pool' }],
          },
        },
        routes: [{ model: '*', cluster: 'main' }],
      });
      for (let i = 0; i < 4; i++)
        expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
      expect(simulator.requests('only').map(({ token }) => token)).toEqual([
        'token-a',
        'token-a',
        'token-b',
        'token-b',
      ]);
      expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(429);
      expect(simulator.requests('only')).toHaveLength(4);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

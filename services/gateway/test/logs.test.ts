import path from 'node:path';
import { steadyNow } from '@holdfast/runtime/clock';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { chat, readConfig, startGateway, type TestGateway } from './start-gateway.ts';

const SECRET = 'sk-canary-0f9d2c7b4a';
const LIMITS = path.resolve(import.meta.dirname, '../../../config/model-limits.yaml');
const PROMPT = 'prompt-canary-plum';

const lone = (baseUrl: string, more: object = {}) => ({
  breaker: { max_failures: 1, open_for: '30s' },
  retry: { max_attempts: 1 },
  clusters: {
    main: { protocol: 'openai', endpoints: [{ name: 'only', base_url: baseUrl, api_key: SECRET }] },
  },
  routes: [{ model: '*', cluster: 'main' }],
  ...more,
});

const pooled = (baseUrl: string) => ({
  token_pools: {
    free: { tokens: ['A', 'B'].map((name) => ({ name, value: `${SECRET}-${name}`, account: name })) },
  },
  clusters: {
    main: { protocol: 'openai', endpoints: [{ name: 'only', base_url: baseUrl, token_pool: 'free' }] },
  },
  routes: [{ model: '*', cluster: 'main' }],
});

const events = (gateway: TestGateway, msg: string) => gateway.lines().filter((line) => line.msg === msg);
const ask = (gateway: TestGateway, model = 'gpt-4o') => gateway.post('/v1/chat/completions', chat(model));

describe('the log', () => {
  test('has each step of a breaker: open, on trial, closed', async () => {
    let leapMs = 0;
    await using simulator = await startSimulator();
    await using gateway = await startGateway(lone(simulator.baseUrl('only')), {
      now: () => steadyNow() + leapMs,
    });
    simulator.behave('only', [{ status: 502 }, {}]);
    await ask(gateway);
    leapMs = 60_000;
    await ask(gateway);
    expect(simulator.requests('only')).toHaveLength(2);
    expect(events(gateway, 'breaker moved')).toMatchObject([
      { level: 'warn', endpoint: 'main/only', from: 'closed', to: 'open' },
      { level: 'info', endpoint: 'main/only', from: 'open', to: 'half_open' },
      { level: 'info', endpoint: 'main/only', from: 'half_open', to: 'closed' },
    ]);
  });

  test('says why a pool moved to another token, and names tokens only', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator.baseUrl('only')));
    simulator.behave('only', [{ fault: 'openai_429', headers: { 'retry-after': '60' } }, {}]);
    expect((await ask(gateway)).status).toBe(200);
    expect(events(gateway, 'token rotated')).toMatchObject([
      { level: 'warn', pool: 'free', from: 'A', to: 'B', reason: 'rate_limited' },
    ]);
    expect(JSON.stringify(gateway.lines())).not.toContain(SECRET);
  });

  test('tells once when a key that belongs to no pool has used up a model for the day, and for how long', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(lone(simulator.baseUrl('only')));
    simulator.behave('only', { fault: 'github_day_quota' });
    await ask(gateway);
    await ask(gateway);
    expect(events(gateway, 'daily limit reached')).toMatchObject([
      { level: 'warn', endpoint: 'main/only', model: 'gpt-4o', hours: 1.6 },
    ]);
  });

  test('tells how long a request was held back, and how many limits were loaded, at the start and anew', async () => {
    await using simulator = await startSimulator();
    const config = lone(simulator.baseUrl('only'), {
      throttle: { enabled: true, min_interval: '50ms' },
      model_limits: LIMITS,
    });
    await using gateway = await startGateway(config);
    await Promise.all([ask(gateway), ask(gateway)]);
    expect(events(gateway, 'throttle delay')).toMatchObject([
      { level: 'info', model: 'gpt-4o', waited_ms: expect.any(Number), request_id: expect.any(String) },
    ]);
    const count = Object.keys(readConfig(config).modelLimits).length;
    expect(count).toBeGreaterThan(0);
    expect(events(gateway, `loaded ${count} model limits`)).toMatchObject([{ level: 'info', count }]);
    gateway.applyConfig(readConfig(config));
    expect(events(gateway, `loaded ${count} model limits`)).toHaveLength(2);
  });

  test('has no prompt, no answer and no secret, whatever becomes of a request', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      lone(simulator.baseUrl('only'), { breaker: { max_failures: 1000 } }),
    );
    const body = (more: Record<string, unknown> = {}) => ({
      ...chat('gpt-4o', more),
      messages: [{ role: 'user', content: PROMPT }],
    });
    const behaviours = [
      {},
      { status: 500, body: { error: { message: `${PROMPT} ${SECRET}` } } },
      {
        status: 400,
        body: { error: { message: `Incorrect: ${SECRET} in ${PROMPT}`, type: 'invalid_request_error' } },
      },
      { status: 200, body: { nonsense: PROMPT } },
      { cutAfterEvents: 1, cut: 'rst' as const },
    ];
    for (const behaviour of behaviours) {
      simulator.behave('only', behaviour);
      for (const stream of [false, true]) {
        const response = await gateway.post('/v1/chat/completions', body({ stream }), {
          authorization: `Bearer ${SECRET}-client`,
        });
        await response.text().catch(() => {});
      }
    }
    await gateway.post('/v1/chat/completions', `{"model": "${PROMPT}`);
    await gateway.post('/api/miku/chat', { message: PROMPT });
    expect(events(gateway, 'request').length).toBeGreaterThanOrEqual(2 * behaviours.length);
    const log = JSON.stringify(gateway.lines());
    for (const private_ of [PROMPT, SECRET, 'Hello from only']) expect(log).not.toContain(private_);
  });
});

import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import { type ConfigFile, chat, startGateway, type TestGateway, tiers } from './start-gateway.ts';

const hedged = (simulator: Simulator, more: ConfigFile = {}): ConfigFile => ({
  clusters: {
    main: {
      endpoints: [
        ...tiers(simulator, ['primary']),
        ...tiers(simulator, ['secondary'], { priority: 2, dialects: ['openai-chat'] }),
      ],
    },
  },
  routes: [{ model: '*', cluster: 'main', hedge: true }],
  ...more,
});

/** Streams that teach the route what is late. Nobody but the primary can be told them: a slow one uses up no hedge. */
async function warmUp(gateway: TestGateway): Promise<void> {
  const body = { model: 'gpt-4o', prompt: 'Hi', echo: true, stream: true };
  for (let i = 0; i < 40; i++) await (await gateway.post('/v1/completions', body)).text();
}

test('a late first content gets a second attempt beside it; the loser is cut and blamed for nothing', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(hedged(simulator));
  const ask = () => gateway.post('/v1/chat/completions', chat('gpt-4o', { stream: true }));
  await warmUp(gateway);
  expect(simulator.requests('secondary')).toHaveLength(0);

  simulator.behave('primary', { stall: 'after_headers' });
  const response = await ask();
  const text = await response.text();
  expect(text).toContain('secondary');
  expect(text).not.toContain('primary');
  expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
  expect(response.headers.get('x-holdfast-endpoint')).toBe('secondary');
  expect(response.headers.get('x-holdfast-attempts')).toBe('2');
  await simulator.waitForAbort('primary');
  const attempts = (endpoint: string, result: string) =>
    gateway.metric(
      `holdfast_upstream_attempts_total{llm_cluster="main",llm_endpoint="${endpoint}",result="${result}"}`,
    );
  expect(await attempts('primary', 'aborted')).toBe(1);
  expect(await attempts('secondary', 'ok')).toBe(1);
  expect(
    await gateway.metric('holdfast_breaker_state{llm_cluster="main",llm_endpoint="primary",state="closed"}'),
  ).toBe(1);
  expect(await gateway.metric('holdfast_in_flight_requests{llm_cluster="main"}')).toBe(0);
});

test('hedges are at most one request in twenty', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(
    hedged(simulator, { timeouts: { first_content: '100ms' }, breaker: { max_failures: 1000 } }),
  );
  const ask = async () =>
    (await gateway.post('/v1/chat/completions', chat('gpt-4o', { stream: true }))).text();
  await warmUp(gateway);
  simulator.behave('primary', { stall: 'after_headers' });
  await Promise.all(Array.from({ length: 20 }, ask));
  const aborted = await gateway.metric(
    'holdfast_upstream_attempts_total{llm_cluster="main",llm_endpoint="primary",result="aborted"}',
  );
  expect(aborted).toBeGreaterThan(0);
  expect(aborted).toBeLessThanOrEqual(3);
  expect(simulator.requests('secondary').length).toBeGreaterThanOrEqual(20);
});

import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import { chat, startGateway } from './start-gateway.ts';

test('a late first content gets a second attempt beside it; the loser is cut and blamed for nothing', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway({
    clusters: {
      main: {
        protocol: 'openai',
        endpoints: ['primary', 'secondary'].map((name, index) => ({
          name,
          base_url: simulator.baseUrl(name),
          api_key: 'sk-test',
          priority: index + 1,
        })),
      },
    },
    routes: [{ model: '*', cluster: 'main', hedge: true }],
  });
  const ask = () => gateway.post('/v1/chat/completions', chat('gpt-4o', { stream: true }));
  for (let i = 0; i < 40; i++) await (await ask()).text();
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
  await using gateway = await startGateway({
    timeouts: { first_content: '100ms' },
    breaker: { max_failures: 1000 },
    clusters: {
      main: {
        protocol: 'openai',
        endpoints: ['primary', 'secondary'].map((name, index) => ({
          name,
          base_url: simulator.baseUrl(name),
          api_key: 'sk-test',
          priority: index + 1,
        })),
      },
    },
    routes: [{ model: '*', cluster: 'main', hedge: true }],
  });
  const ask = async () =>
    (await gateway.post('/v1/chat/completions', chat('gpt-4o', { stream: true }))).text();
  for (let i = 0; i < 40; i++) await ask();
  simulator.forget(); // a healthy answer may have been late too
  simulator.behave('primary', { stall: 'after_headers' });
  await Promise.all(Array.from({ length: 20 }, ask));
  const aborted = await gateway.metric(
    'holdfast_upstream_attempts_total{llm_cluster="main",llm_endpoint="primary",result="aborted"}',
  );
  expect(aborted).toBeLessThanOrEqual(3);
  expect(simulator.requests('secondary').length).toBeGreaterThanOrEqual(20);
});

import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { chat, startGateway } from '../start-gateway.ts';
import { ask, idle, pair, simulatedPair } from './pair.ts';

describe('P14 too many at the same time', () => {
  test('lowers what the endpoint is sent at once to what it takes, and a request that has nothing else waits for a place', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat', {
      routes: [{ model: '*', cluster: 'main' }],
    });
    simulator.behave('primary', { rate: { concurrency: 2, style: 'github' }, latencyMs: 200 });
    const burst = () => Promise.all(Array.from({ length: 4 }, () => ask(gateway, 'chat')));
    await burst();
    const refused = simulator.requests('primary').filter(({ status }) => status === 429).length;
    expect(refused).toBeGreaterThan(0);
    simulator.forget();
    const answers = await burst();
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(simulator.requests('primary').map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('X06 retries', () => {
  test('never multiply what an outage costs: beyond the floor they are a fifth of the requests', async () => {
    await using simulator = await startSimulator();
    const gateway = await simulatedPair(simulator, 'chat', {
      breaker: { max_failures: 1000 },
      server: { drain_timeout: '50ms' },
    });
    simulator.behave('primary', { status: 500 });
    simulator.behave('secondary', { stall: 'before_headers' });
    const asked = Array.from({ length: 40 }, () => ask(gateway, 'chat'));
    const failed = () =>
      gateway.metric(
        'holdfast_upstream_attempts_total{llm_cluster="main",llm_endpoint="primary",result="server_error"}',
      );
    while ((await failed()) !== 40) await new Promise((resolve) => setTimeout(resolve, 10));
    // Every request has failed once and wants another attempt; those that have one do not end.
    await simulator.waitForRequests('secondary', 3);
    expect(simulator.requests('secondary').length).toBeLessThanOrEqual(8);
    await gateway.close();
    await Promise.all(asked);
    expect(gateway.gateway.budget.retries).toBe(0);
  });

  test('of a client’s SDK take from the attempts of the gateway', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({ primary: simulator.baseUrl('primary'), secondary: null }),
    );
    simulator.behave('primary', { status: 500 });
    const first = await gateway.post('/v1/chat/completions', chat());
    expect(first.headers.get('x-should-retry')).toBe('false');
    expect(simulator.requests('primary')).toHaveLength(4);
    await using again = await startGateway(pair({ primary: simulator.baseUrl('again'), secondary: null }));
    simulator.behave('again', { status: 500 });
    await again.post('/v1/chat/completions', chat(), { 'x-stainless-retry-count': '2' });
    expect(simulator.requests('again')).toHaveLength(2);
  });
});

describe('X08 a full endpoint', () => {
  const full = (more = {}) => ({
    clusters: {
      main: {
        protocol: 'openai',
        endpoints: [{ name: 'primary', base_url: '', api_key: 'sk-x', max_concurrency: 1 }],
      },
    },
    routes: [{ model: '*', cluster: 'main' }],
    ...more,
  });
  const startFull = async (more = {}) => {
    const simulator = await startSimulator();
    const config = full(more);
    config.clusters.main.endpoints[0]!.base_url = simulator.baseUrl('primary');
    return { simulator, gateway: await startGateway(config) };
  };

  test('is waited for in line, no longer than the deadline, and by no more than the line holds', async () => {
    const at = await startFull();
    await using simulator = at.simulator;
    await using gateway = at.gateway;
    simulator.behave('primary', { latencyMs: 10 });
    const served = await Promise.all(Array.from({ length: 10 }, () => ask(gateway, 'chat')));
    expect(served.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(simulator.peakInFlight('primary')).toBe(1);
    simulator.behave('primary', { stall: 'before_headers' });
    const stuck = Array.from({ length: 30 }, () =>
      gateway.post('/v1/chat/completions', chat(), { 'x-holdfast-timeout': '300ms' }),
    );
    const statuses = (await Promise.all(stuck)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(13);
    expect(statuses.every((status) => status === 503 || status === 504)).toBe(true);
    expect(simulator.peakInFlight('primary')).toBe(1);
  });

  test('a client that leaves the line takes nobody’s place with it', async () => {
    const at = await startFull();
    await using simulator = at.simulator;
    await using gateway = at.gateway;
    simulator.behave('primary', { latencyMs: 60 });
    const first = ask(gateway, 'chat');
    await simulator.waitForRequests('primary', 1);
    const leaving = new AbortController();
    const second = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(chat()),
      signal: leaving.signal,
    });
    while (gateway.gateway.exchanges.size < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    const third = ask(gateway, 'chat');
    while (gateway.gateway.exchanges.size < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    leaving.abort();
    await expect(second).rejects.toThrow();
    expect((await first).status).toBe(200);
    expect((await third).status).toBe(200);
    await idle(gateway);
    expect(simulator.requests('primary')).toHaveLength(2);
  });
});

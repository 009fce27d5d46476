import { startSimulator } from '@holdfast/simulator/start-simulator';
import { publishAvailability } from '@holdfast/state/availability';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { expect, test } from '@jest/globals';
import { chat, startGateway, type TestGateway } from './start-gateway.ts';

const twoTiers = (baseUrl: (name: string) => string, breaker: object) => ({
  breaker,
  clusters: {
    main: {
      protocol: 'openai',
      endpoints: ['primary', 'secondary'].map((name, index) => ({
        name,
        base_url: baseUrl(name),
        api_key: 'sk-test',
        priority: index + 1,
      })),
    },
  },
  routes: [{ model: '*', cluster: 'main' }],
});

const SWITCHES = ['switched to a fallback endpoint', 'returned from the fallback endpoint'];
const switches = (gateway: TestGateway) =>
  gateway.lines().filter(({ msg }) => SWITCHES.includes(String(msg)));

async function askUntil(gateway: TestGateway, endpoint: string): Promise<void> {
  for (let asked = 0; asked < 500; asked++) {
    const response = await gateway.post('/v1/chat/completions', chat());
    expect(response.status).toBe(200);
    if (response.headers.get('x-holdfast-endpoint') === endpoint) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${endpoint} never answered`);
}

test('a switch to a lower tier and the return are told once each; a single failure is no switch', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(twoTiers(simulator.baseUrl, { open_for: '200ms', ramp: '0s' }));
  simulator.behave('primary', [{ status: 500 }, {}]);
  await gateway.post('/v1/chat/completions', chat());
  await gateway.post('/v1/chat/completions', chat());
  expect(switches(gateway)).toEqual([]);

  simulator.behave('primary', { status: 500 });
  for (let n = 0; n < 5; n++) await gateway.post('/v1/chat/completions', chat());
  expect(switches(gateway)).toMatchObject([
    {
      level: 'warn',
      msg: 'switched to a fallback endpoint',
      cluster: 'main',
      to: 'secondary',
      because: 'primary: breaker open',
    },
  ]);

  simulator.behave('primary', {});
  await askUntil(gateway, 'primary');
  await askUntil(gateway, 'primary');
  expect(switches(gateway).slice(1)).toMatchObject([
    { level: 'info', msg: 'returned from the fallback endpoint', cluster: 'main', to: 'primary' },
  ]);
});

test('a good probe ends what repeated trips have added to open_for, and nothing before that time', async () => {
  await using simulator = await startSimulator();
  const state = createInProcessState();
  await using gateway = await startGateway(twoTiers(simulator.baseUrl, { open_for: '250ms', ramp: '0s' }), {
    state,
  });
  const trials = () => simulator.requests('primary').length;
  const probed = (reason: string | null) =>
    publishAvailability(state, 'main/primary', {
      state: 'up',
      reason,
      latency_ms: 1,
      weight: 100,
      checked_at: Date.now() + 1,
      expires_at: Date.now() + 60_000,
    });
  simulator.behave('primary', { status: 500 });
  for (let n = 0; n < 3; n++) await gateway.post('/v1/chat/completions', chat());
  // Five trips: 4 s to the next trial by the breaker alone.
  for (let trip = 2; trip <= 5; trip++) {
    gateway.gateway.routing.endpoints.get('main/primary')!.state.breaker = {
      kind: 'open',
      untilMs: 0,
      trips: trip - 1,
    };
    await gateway.post('/v1/chat/completions', chat());
  }
  expect(trials()).toBe(7);
  simulator.behave('primary', {});
  await probed('server_error: 502, 1 of 3');
  await probed(null);
  const provenMs = performance.now();
  await gateway.post('/v1/chat/completions', chat());
  expect(trials()).toBe(7);
  await askUntil(gateway, 'primary');
  expect(performance.now() - provenMs).toBeLessThan(3000);
});

test('a proof that the trial refutes is not believed again before the breaker closes', async () => {
  await using simulator = await startSimulator();
  const state = createInProcessState();
  await using gateway = await startGateway(twoTiers(simulator.baseUrl, { open_for: '100ms', ramp: '0s' }), {
    state,
  });
  const { state: known } = gateway.gateway.routing.endpoints.get('main/primary')!;
  const prove = async () => {
    const untilMs = Date.now() + 10_000;
    known.breaker = { kind: 'open', untilMs, trips: 6 };
    known.lastFailureMs = Date.now() - 1000;
    await publishAvailability(state, 'main/primary', {
      state: 'up',
      reason: null,
      latency_ms: 1,
      weight: 100,
      checked_at: Date.now(),
      expires_at: Date.now() + 60_000,
    });
    return untilMs;
  };
  simulator.behave('primary', { status: 500 });
  const first = await prove();
  expect(known.breaker).toMatchObject({ kind: 'open', untilMs: expect.any(Number) });
  expect((known.breaker as { untilMs: number }).untilMs).toBeLessThan(first);
  while (simulator.requests('primary').length === 0) {
    await gateway.post('/v1/chat/completions', chat());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const second = await prove();
  expect(known.breaker).toMatchObject({ untilMs: second });
});

test('who stood in for whom is counted: after a failed attempt, past an open breaker, and by another model', async () => {
  await using simulator = await startSimulator();
  const config = twoTiers(simulator.baseUrl, { max_failures: 1, open_for: '60s' });
  await using gateway = await startGateway({
    ...config,
    clusters: {
      ...config.clusters,
      spare: { endpoints: [{ name: 'third', base_url: simulator.baseUrl('third'), api_key: 'sk-test' }] },
    },
    routes: [
      { model: 'small', cluster: 'spare' },
      { model: '*', cluster: 'main', fallback_models: ['small'] },
    ],
  });
  const count = (from: string, to: string, reason: string) =>
    gateway.metric(
      `holdfast_fallbacks_total{llm_cluster="main",from="${from}",to="${to}",reason="${reason}"}`,
    );
  simulator.behave('primary', { status: 500 });
  await gateway.post('/v1/chat/completions', chat());
  expect(await count('primary', 'secondary', 'server_error')).toBe(1);
  for (let n = 0; n < 2; n++) await gateway.post('/v1/chat/completions', chat());
  expect(await count('primary', 'secondary', 'breaker_open')).toBe(2);

  simulator.behave('secondary', { fault: 'server_503' });
  const response = await gateway.post('/v1/chat/completions', chat());
  expect(response.headers.get('x-holdfast-fallback')).toBe('model');
  // A name that a pattern matched is no label.
  expect(await count('other', 'small', 'overloaded')).toBe(1);
});

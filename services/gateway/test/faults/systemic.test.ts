import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { isSameModel } from '../../src/states/model-swaps.ts';
import { chat, readConfig, startGateway } from '../start-gateway.ts';
import {
  ask,
  breakerOpen,
  codesOf,
  endedWell,
  errorIn,
  idle,
  inFlight,
  pair,
  protocolOf,
  read,
  saidIn,
  simulatedPair,
  WAYS,
} from './pair.ts';

describe('X03 every endpoint is out', () => {
  test('the one whose failure is longest ago is tried once, then the client is told when to come back', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat', { retry: { max_attempts: 2 } });
    for (const name of ['primary', 'secondary']) simulator.behave(name, { status: 500 });
    await ask(gateway, 'chat');
    expect([await breakerOpen(gateway), await breakerOpen(gateway, 'secondary')]).toEqual([true, true]);
    simulator.forget();
    const got = await ask(gateway, 'chat');
    expect(got.status).toBe(503);
    expect(Number(got.headers.get('retry-after'))).toBeGreaterThan(20);
    expect([simulator.requests('primary').length, simulator.requests('secondary').length]).toEqual([1, 0]);
    simulator.behave('secondary', {});
    expect((await ask(gateway, 'chat')).status).toBe(200);
  });

  test('also when some of them only rest', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    simulator.behave('primary', { status: 429, headers: { 'retry-after': '60' } });
    simulator.behave('secondary', { status: 500 });
    await ask(gateway, 'chat');
    simulator.behave('secondary', {});
    expect((await ask(gateway, 'chat')).status).toBe(200);
  });
});

describe('P08 X03 a model that nobody has', () => {
  test('is a 404 at first and while all are known not to have it', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    for (const name of ['primary', 'secondary']) simulator.behave(name, { fault: 'model_not_found' });
    for (let i = 0; i < 3; i++) {
      const got = await ask(gateway, 'chat');
      expect(got.status).toBe(404);
      expect(errorIn(got).code).toBe('model_not_found');
    }
    expect(simulator.requests('primary')).toHaveLength(1);
  });

  test('one after the other speaks against the endpoint, until something answers there', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    simulator.behave('primary', { fault: 'model_not_found' });
    await ask(gateway, 'chat', 'a');
    expect(await breakerOpen(gateway)).toBe(false);
    await ask(gateway, 'chat', 'b');
    expect(await breakerOpen(gateway)).toBe(true);
  });

  test('does not, where another model has answered', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    await ask(gateway, 'chat', 'good');
    simulator.behave('primary', { fault: 'model_not_found' });
    for (const model of ['a', 'b', 'c']) await ask(gateway, 'chat', model);
    expect(await breakerOpen(gateway)).toBe(false);
  });
});

test('P02 a larger window is looked for under another name, and known ones are compared', async () => {
  await using simulator = await startSimulator();
  const config = pair({ primary: simulator.baseUrl('primary'), secondary: simulator.baseUrl('secondary') });
  const [cluster] = Object.values(config.clusters as Record<string, { endpoints: { models?: object }[] }>);
  cluster!.endpoints[1]!.models = { 'gpt-4o': 'gpt-4o-long' };
  await using gateway = await startGateway(config);
  simulator.behave('primary', { fault: 'context_length' });
  expect((await ask(gateway, 'chat')).headers.get('x-holdfast-endpoint')).toBe('secondary');
  expect(simulator.requests('secondary')[0]!.model).toBe('gpt-4o-long');
  const small = await ask(gateway, 'chat', 'small');
  expect(small.status).toBe(400);
  expect(errorIn(small).code).toBe('context_length_exceeded');
  expect(simulator.requests('secondary')).toHaveLength(1);
});

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
    await using gateway = await simulatedPair(simulator, 'chat', {
      breaker: { max_failures: 1000 },
      retry: { max_attempts: 4, base_delay: '1ms', max_delay: '1ms', max_total_time: '400ms' },
    });
    for (const name of ['primary', 'secondary']) simulator.behave(name, { status: 500, latencyMs: 50 });
    await Promise.all(Array.from({ length: 40 }, () => ask(gateway, 'chat')));
    const peak = simulator.peakInFlight('primary') + simulator.peakInFlight('secondary');
    expect(peak).toBeLessThanOrEqual(40 + 8 + 3);
    expect(await inFlight(gateway)).toBe(0);
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

describe('X05 the guaranteed answer', () => {
  for (const way of [...WAYS, 'completions', 'completions stream', 'responses', 'responses stream']) {
    test(`${way}: needs no provider, no store and no network, and ends like a real one`, async () => {
      await using gateway = await startGateway(
        pair({
          primary: 'http://127.0.0.1:9/v1',
          secondary: 'http://127.0.0.1:9/v1',
          protocol: protocolOf(way),
          more: { fallback: { mode: 'canned', texts: ['Back soon.'] } },
        }),
      );
      for (let i = 0; i < 2; i++) {
        const got = await ask(gateway, way);
        expect(got.status).toBe(200);
        expect(saidIn(got)).toBe('Back soon.');
        expect(endedWell(got, way)).toBe(true);
        expect(got.headers.get('x-holdfast-fallback')).toBe('canned');
        expect(got.headers.get('x-holdfast-endpoint')).toBe('none');
      }
    });
  }

  test('is none for what cannot be made up: embeddings get the honest error', async () => {
    await using gateway = await startGateway(
      pair({
        primary: 'http://127.0.0.1:9/v1',
        secondary: null,
        more: { fallback: { mode: 'canned', texts: ['Back soon.'] } },
      }),
    );
    const got = await read(await gateway.post('/v1/embeddings', { model: 'e', input: 'x' }));
    expect(got.status).toBe(502);
    expect(errorIn(got).code).toBe('all_attempts_failed');
  });
});

test('X07 what timed out may have run: the second provider answers, the first one’s late answer is nobody’s', async () => {
  await using simulator = await startSimulator();
  await using gateway = await simulatedPair(simulator, 'chat', { timeouts: { first_content: '80ms' } });
  simulator.behave('primary', { latencyMs: 160 });
  const got = await ask(gateway, 'chat');
  expect(saidIn(got)).toContain('Hello from secondary');
  await simulator.waitForAbort('primary');
  expect((await ask(gateway, 'chat', 'another-model')).text).not.toContain('primary');
});

describe('X10 another model than was asked for', () => {
  test('is told once, with both names', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    simulator.behave('primary', {
      body: {
        id: 'c',
        object: 'chat.completion',
        model: 'gpt-4o-mini',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
      },
    });
    for (let i = 0; i < 3; i++) await ask(gateway, 'chat');
    const told = gateway.lines().filter(({ msg }) => /another model/.test(String(msg)));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ endpoint: 'main/primary', asked: 'gpt-4o', answered: 'gpt-4o-mini' });
  });

  test.each([
    ['gpt-4o', 'gpt-4o-2024-08-06', true],
    ['openai/gpt-4o', 'gpt-4o', true],
    ['claude-3-5-sonnet-latest', 'claude-3-5-sonnet-20241022', true],
    ['google/gemini-2.0-flash-exp:free', 'google/gemini-2.0-flash-exp', true],
    ['gpt-4', 'gpt-4-0613', true],
    ['gpt-4o', 'gpt-4o-mini', false],
    ['claude-opus-4-1', 'claude-sonnet-4-5', false],
  ])('%s answered by %s: the same is %s', (asked, answered, same) => {
    expect(isSameModel(asked, answered)).toBe(same);
  });
});

describe('I13 I14 a reload', () => {
  test('lets requests under way end as they began, with the connections they need', async () => {
    await using simulator = await startSimulator();
    await using elsewhere = await startSimulator();
    const config = (at: typeof simulator) =>
      pair({ primary: at.baseUrl('primary'), secondary: at.baseUrl('secondary') });
    await using gateway = await startGateway(config(simulator));
    simulator.behave('primary', { status: 500, latencyMs: 60 });
    const running = ask(gateway, 'chat');
    await simulator.waitForRequests('primary', 1);
    gateway.applyConfig(readConfig(config(elsewhere)));
    expect((await running).status).toBe(200);
    expect(codesOf(gateway)).toEqual(['P18', 'ok']);
    expect(simulator.requests('secondary')).toHaveLength(1);
    expect((await ask(gateway, 'chat')).status).toBe(200);
    expect(elsewhere.requests('primary')).toHaveLength(1);
  });

  test('that fails leaves the last good configuration, and says so', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    gateway.configFailed('line 3: unknown key');
    expect((await ask(gateway, 'chat')).status).toBe(200);
    expect(await gateway.metric('holdfast_config_last_reload_successful')).toBe(0);
    expect(await (await fetch(`${gateway.adminUrl}/readyz`)).text()).toContain('line 3: unknown key');
  });

  test('under traffic loses no request', async () => {
    await using simulator = await startSimulator();
    const file = pair({ primary: simulator.baseUrl('primary'), secondary: simulator.baseUrl('secondary') });
    await using gateway = await startGateway(file);
    simulator.behave('primary', { latencyMs: [0, 10] });
    const asked: Promise<{ status: number }>[] = [];
    for (let i = 0; i < 20; i++) {
      asked.push(ask(gateway, 'chat'), ask(gateway, 'chat stream'));
      gateway.applyConfig(readConfig({ ...file, timeouts: { connect: `${i + 1}s` } }));
      await asked[i];
    }
    expect((await Promise.all(asked)).every(({ status }) => status === 200)).toBe(true);
  });
});

describe('I09 a gateway that shuts down', () => {
  test('is not ready, takes nothing new, lets streams end, and ends what outlives the time as an error', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat', { server: { drain_timeout: '1s' } });
    simulator.behave('primary', [
      { eventCount: 5, chunkDelayMs: 10 },
      { eventCount: 1000, chunkDelayMs: 10 },
    ]);
    const short = ask(gateway, 'chat stream');
    await simulator.waitForRequests('primary', 1);
    const long = ask(gateway, 'chat stream');
    await simulator.waitForRequests('primary', 2);
    const closing = gateway.close();
    expect((await fetch(`${gateway.adminUrl}/readyz`)).status).toBe(503);
    await expect(fetch(`${gateway.url}/health`)).rejects.toThrow();
    expect((await short).broken).toBe(false);
    const cut = await long;
    expect(cut.broken).toBe(true);
    expect(cut.text).toContain('"code":"stream_interrupted"');
    expect(cut.text).not.toContain('[DONE]');
    await closing;
    expect(await breakerOpenIn(gateway)).toBe('closed');
  });

  const breakerOpenIn = async (gateway: Awaited<ReturnType<typeof simulatedPair>>) =>
    gateway.gateway.routing.endpoints.get('main/primary')!.state.breaker.kind;

  test('before content: what waits is told 503', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat', { server: { drain_timeout: '100ms' } });
    simulator.behave('primary', { stall: 'before_headers' });
    const waiting = gateway.post('/v1/chat/completions', chat());
    await simulator.waitForRequests('primary', 1);
    await gateway.close();
    expect((await read(await waiting)).status).toBe(503);
  });
});

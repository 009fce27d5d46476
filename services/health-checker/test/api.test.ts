import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { clusterOf, startHealthChecker } from './start-health-checker.ts';

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

describe('GET /api/status', () => {
  test('shows main and fallback, and every endpoint of every cluster', async () => {
    await using simulator = await startSimulator();
    simulator.behave('primary', { fault: 'nginx_502' });
    const file = clusterOf(simulator, ['primary', 'backup']);
    Object.assign(file.clusters as object, {
      claude: {
        protocol: 'anthropic',
        endpoints: [{ name: 'relay', base_url: simulator.baseUrl('relay'), api_key: 'sk-relay' }],
      },
    });
    await using checker = await startHealthChecker(file);
    for (const id of ['main/primary', 'main/backup', 'claude/relay']) await checker.entry(id);
    const { status, body } = await checker.ask('GET', '/api/status');
    expect(status).toBe(200);
    expect(body).toEqual({
      mainApi: simulator.baseUrl('primary'),
      fallbackApi: simulator.baseUrl('backup'),
      isMainApiAvailable: false,
      clusters: [
        {
          name: 'main',
          endpoints: [
            {
              name: 'primary',
              state: 'down',
              reason: 'server_error: 502',
              latency_ms: expect.any(Number),
              weight: 100,
              checked_at: expect.stringMatching(/^\d{4}-.*Z$/),
              in_failure_queue: true,
            },
            {
              name: 'backup',
              state: 'up',
              reason: null,
              latency_ms: expect.any(Number),
              weight: 100,
              checked_at: expect.stringMatching(/^\d{4}-.*Z$/),
              in_failure_queue: false,
            },
          ],
        },
        { name: 'claude', endpoints: [expect.objectContaining({ name: 'relay', state: 'up' })] },
      ],
    });
    const chosen = await checker.ask('GET', '/api/status?cluster=claude');
    expect(chosen.body).toMatchObject({
      mainApi: simulator.baseUrl('relay'),
      fallbackApi: null,
      isMainApiAvailable: true,
    });
    expect(JSON.stringify(body)).not.toContain('sk-');
    expect(await checker.ask('GET', '/api/status?cluster=nope')).toMatchObject({
      status: 400,
      body: { error: { param: 'cluster', message: 'Unknown cluster. There is: main, claude.' } },
    });
  });
});

describe('POST /api/check-main-api', () => {
  test('probes now, and what it finds holds at once', async () => {
    await using simulator = await startSimulator();
    await using checker = await startHealthChecker(clusterOf(simulator, ['primary', 'backup']));
    await checker.entry('main/primary', ({ state }) => state === 'up');
    const good = await checker.ask('POST', '/api/check-main-api');
    expect(good).toMatchObject({ status: 200, body: { success: true, isMainApiAvailable: true } });
    expect(good.body.message).toMatch(/^The main API \(primary\) answered in \d+ ms$/);

    simulator.behave('primary', { fault: 'nginx_502' });
    expect((await checker.ask('POST', '/api/check-main-api')).body).toEqual({
      success: false,
      isMainApiAvailable: false,
      message: 'The main API (primary) is down: server_error: 502',
    });
    expect((await checker.ask('GET', '/api/status')).body).toMatchObject({ isMainApiAvailable: false });

    simulator.behave('primary', {});
    expect((await checker.ask('POST', '/api/check-main-api')).body).toMatchObject({
      success: true,
      isMainApiAvailable: true,
    });
    expect(simulator.requests('backup')).toHaveLength(1);
  });

  test('says so when nothing can be probed', async () => {
    await using simulator = await startSimulator();
    await using checker = await startHealthChecker(clusterOf(simulator, ['primary'], { probe: 'none' }));
    expect((await checker.ask('POST', '/api/check-main-api')).body).toEqual({
      success: false,
      isMainApiAvailable: true,
      message: 'The main API cannot be probed: it is configured so, or no token is free.',
    });
  });
});

describe('POST /api/check', () => {
  test('probes all, a cluster’s or one endpoint, and a check under way is joined', async () => {
    await using simulator = await startSimulator();
    await using checker = await startHealthChecker(clusterOf(simulator, ['a', 'b']));
    await checker.entry('main/a');
    await checker.entry('main/b');
    const all = await checker.ask('POST', '/api/check');
    expect(all).toMatchObject({
      status: 200,
      body: {
        success: true,
        results: [
          { cluster: 'main', endpoint: 'a', state: 'up', reason: null, latency_ms: expect.any(Number) },
          { endpoint: 'b' },
        ],
      },
    });
    simulator.behave('b', { fault: 'invalid_key', latencyMs: 50 });
    const [one, same] = await Promise.all([
      checker.ask('POST', '/api/check', { body: { cluster: 'main', endpoint: 'b' } }),
      checker.ask('POST', '/api/check', { body: { endpoint: 'main/b' } }),
    ]);
    expect(one.body).toMatchObject({
      success: false,
      results: [{ endpoint: 'b', state: 'down', reason: expect.stringMatching(/^auth: /) }],
    });
    expect(same.body).toEqual(one.body);
    expect(simulator.requests('a')).toHaveLength(2);
    expect(simulator.requests('b')).toHaveLength(3);
  });

  test.each<[string, unknown, string]>([
    ['an unknown cluster', { cluster: 'nope' }, 'cluster'],
    ['an unknown endpoint', { endpoint: 'nope' }, 'endpoint'],
    ['an endpoint of another cluster', { cluster: 'main', endpoint: 'other/a' }, 'endpoint'],
    ['a wrong type', { cluster: 5 }, 'cluster'],
    ['a field that does not exist', { endpoints: 'a' }, 'endpoints'],
    ['no object', ['a'], 'body'],
    ['no JSON', '{"cluster":', 'body'],
  ])('%s is a 400 that names the field', async (_name, body, param) => {
    await using simulator = await startSimulator();
    await using checker = await startHealthChecker(clusterOf(simulator, ['a'], { probe: 'none' }));
    expect(await checker.ask('POST', '/api/check', { body })).toMatchObject({
      status: 400,
      body: { error: { param, type: 'invalid_request_error' } },
    });
  });
});

test('keys: reading takes a client or admin key, checking an admin key, ops routes none', async () => {
  await using simulator = await startSimulator();
  const file = {
    ...clusterOf(simulator, ['a'], { probe: 'none' }),
    server: { client_keys: ['client-key-1'], admin_keys: ['admin-key-1'] },
  };
  await using checker = await startHealthChecker(file);
  const statuses = async (options?: { headers: Record<string, string> }) => [
    (await checker.ask('GET', '/api/status', options)).status,
    (await checker.ask('POST', '/api/check', options)).status,
    (await checker.ask('POST', '/api/check-main-api', options)).status,
  ];
  expect(await statuses()).toEqual([401, 401, 401]);
  expect(await statuses(bearer('client-key-1'))).toEqual([200, 401, 401]);
  expect(await statuses({ headers: { 'x-api-key': 'admin-key-1' } })).toEqual([200, 200, 200]);
  expect((await checker.ask('GET', '/healthz')).status).toBe(200);
  expect((await checker.ask('GET', '/readyz')).body).toMatchObject({
    status: 'ok',
    checks: { state_store: 'ok', prober: 'this replica' },
  });
  expect((await fetch(`${checker.url}/metrics`)).status).toBe(200);
});

test('anything else is a JSON 404 that lists what there is', async () => {
  await using simulator = await startSimulator();
  await using checker = await startHealthChecker(clusterOf(simulator, ['a'], { probe: 'none' }));
  const { status, body } = await checker.ask('GET', '/api/check');
  expect(status).toBe(404);
  expect(body).toMatchObject({
    error: { code: 'not_found', message: expect.stringContaining('POST /api/check') },
  });
});

import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { type ConfigFile, chat, readConfig, startGateway } from './start-gateway.ts';

const config = (baseUrl: string): ConfigFile => ({
  clusters: {
    main: {
      protocol: 'openai',
      endpoints: [{ name: 'only', base_url: baseUrl, api_key: 'sk-canary-7f3a9c' }],
    },
  },
  routes: [{ model: '*', cluster: 'main' }],
});

/** As Alertmanager sends it (webhook version 4). */
const delivery = (status: 'firing' | 'resolved') => ({
  version: '4',
  status,
  alerts: [
    {
      status,
      labels: { alertname: 'HoldfastFallbackRatioHigh', severity: 'warning', llm_cluster: 'main' },
      annotations: { summary: 'More than half of the requests fall back' },
      startsAt: '2026-01-01T00:00:00Z',
      endsAt: status === 'resolved' ? '2026-01-01T00:05:00Z' : '0001-01-01T00:00:00Z',
    },
  ],
});

describe('the admin port', () => {
  test('is alive, ready, and shows metrics that Prometheus reads', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(config(simulator.baseUrl('only')));
    const admin = request(gateway.adminUrl);
    await admin.get('/healthz').expect(200, { status: 'ok' });
    await admin
      .get('/readyz')
      .expect(200)
      .expect(({ body }) => expect(body.checks.config).toBe('ok'));
    await admin
      .get('/metrics')
      .expect(200)
      .expect('content-type', /^text\/plain; version=0\.0\.4/)
      .expect(({ text }) =>
        expect(text).toContain(
          'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="canned"} 0',
        ),
      );
  });

  test('takes alerts from Alertmanager, logs, counts and lists them, newest first', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(config(simulator.baseUrl('only')));
    const admin = request(gateway.adminUrl);
    await admin.post('/alerts/webhook').send(delivery('firing')).expect(200, { accepted: 1 });
    await admin.post('/alerts/webhook').send(delivery('resolved')).expect(200, { accepted: 1 });
    const { body } = await admin.get('/alerts').expect(200);
    expect(body.alerts.map(({ name, status }: { name: string; status: string }) => [name, status])).toEqual([
      ['HoldfastFallbackRatioHigh', 'resolved'],
      ['HoldfastFallbackRatioHigh', 'firing'],
    ]);
    expect(
      await gateway.metric(
        'holdfast_alerts_received_total{alertname="HoldfastFallbackRatioHigh",status="firing"}',
      ),
    ).toBe(1);
    expect(gateway.lines().filter(({ msg }) => msg === 'alert received')).toHaveLength(2);
    await admin
      .get('/')
      .expect(200)
      .expect(({ text }) => expect(text).toContain('HoldfastFallbackRatioHigh'));
  });

  test('says what is wrong with a delivery that is none, and answers unknown paths as JSON', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(config(simulator.baseUrl('only')));
    const admin = request(gateway.adminUrl);
    await admin
      .post('/alerts/webhook')
      .send({ alerts: 'none' })
      .expect(400)
      .expect(({ body }) => expect(body.error.param).toBe('alerts'));
    await admin.post('/alerts/webhook').set('content-type', 'application/json').send('{').expect(400);
    await admin
      .get('/admin/keys')
      .expect(404)
      .expect(({ body }) => expect(body.error.message).toContain('GET /admin/status'));
  });

  test('shows requests with their attempts, and no credential or address of a provider', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(config(simulator.baseUrl('only')));
    simulator.behave('only', [{ status: 502 }, {}]);
    await gateway.post('/v1/chat/completions', chat());
    const { body, text } = await request(gateway.adminUrl).get('/admin/status').expect(200);
    expect(body.requests[0]).toMatchObject({
      model: 'gpt-4o',
      outcome: 'primary',
      endpoint: 'only',
      attempts: 2,
    });
    expect(body.requests[0].trail.map(({ result }: { result: string }) => result)).toEqual([
      'server_error',
      'ok',
    ]);
    const page = (await request(gateway.adminUrl).get('/').expect(200)).text;
    for (const shown of [text, page]) {
      expect(shown).not.toContain('sk-canary');
      expect(shown).not.toContain(String(simulator.port));
    }
  });

  test('shows what was refused before it had a route, too', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway({
      ...config(simulator.baseUrl('only')),
      routes: [{ model: 'gpt-4o', cluster: 'main' }],
    });
    await gateway.post('/v1/chat/completions', chat('unknown'));
    const { body } = await request(gateway.adminUrl).get('/admin/status').expect(200);
    expect(body.requests[0]).toMatchObject({
      model: 'unknown',
      outcome: 'rejected',
      cluster: 'none',
      status: 404,
      code: 'model_not_found',
    });
    expect(simulator.requests('only')).toHaveLength(0);
  });

  test('tells of a configuration that was not taken, and keeps serving with the last good one', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(config(simulator.baseUrl('only')));
    const admin = request(gateway.adminUrl);
    gateway.configFailed('holdfast.yaml:3:1  routs  unknown key (did you mean "routes"?)');
    await admin
      .get('/readyz')
      .expect(200)
      .expect(({ body }) => expect(body.checks.config).toContain('routs'));
    await admin.get('/').expect(({ text }) => expect(text).toContain('unknown key'));
    expect(await gateway.metric('holdfast_config_last_reload_successful')).toBe(0);
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);

    gateway.applyConfig(readConfig(config(simulator.baseUrl('moved'))));
    await admin.get('/readyz').expect(({ body }) => expect(body.checks.config).toBe('ok'));
    expect(await gateway.metric('holdfast_config_last_reload_successful')).toBe(1);
    await gateway.post('/v1/chat/completions', chat());
    expect(simulator.requests('moved')).toHaveLength(1);
  });
});

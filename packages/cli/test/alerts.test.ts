import { createServer } from 'node:http';
import { listen } from '@holdfast/runtime/listen';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runCli } from './support/run-cli.ts';
import { NO_MONITORING, type RunningSuite, startSuite } from './support/running-suite.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

interface PostedAlert {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly startsAt: string;
  readonly endsAt?: string;
}

interface FakeAlertmanager extends AsyncDisposable {
  readonly url: string;
  readonly posted: readonly PostedAlert[];
}

/** Alertmanager's API v2 as far as the command line uses it; delivers to the webhook at once, or never. */
async function startAlertmanager(webhook: string | null): Promise<FakeAlertmanager> {
  const posted: PostedAlert[] = [];
  const listening = await listen(
    async (request, response) => {
      if (request.url !== '/api/v2/alerts') return response.writeHead(404).end();
      if (request.method === 'GET') {
        const alerts = posted.map((alert) => ({ ...alert, status: { state: 'active' } }));
        return response.end(JSON.stringify(alerts));
      }
      const alerts: PostedAlert[] = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
      posted.push(...alerts);
      response.end();
      if (webhook === null) return;
      const status = alerts[0]!.endsAt === undefined ? 'firing' : 'resolved';
      await fetch(webhook, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ version: '4', status, alerts: alerts.map((alert) => ({ ...alert, status })) }),
      });
    },
    { host: '127.0.0.1', port: 0 },
  );
  return { url: listening.url, posted, [Symbol.asyncDispose]: () => listening.close() };
}

describe('alerts', () => {
  let suite: RunningSuite;
  beforeAll(async () => {
    suite = await startSuite();
  });
  afterAll(async () => {
    await suite[Symbol.asyncDispose]();
  });

  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCli(['alerts', ...args, '--config', suite.configPath], { env: { ...suite.env, ...env } });
  const deliver = (status: 'firing' | 'resolved', alertname: string, severity: string) =>
    fetch(`${suite.env.HOLDFAST_ADMIN_URL}/alerts/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        alerts: [
          {
            status,
            labels: { alertname, severity, llm_cluster: 'main' },
            annotations: { summary: `${alertname} in words` },
            startsAt: '2026-11-21T08:00:00.000Z',
            endsAt: '2026-11-21T08:05:00.000Z',
          },
        ],
      }),
    });

  test('list shows what was delivered to the gateway; something that fires makes it degraded: exit 1', async () => {
    expect((await run(['list'])).code).toBe(0);
    await deliver('firing', 'HoldfastEndpointDown', 'warning');
    await deliver('firing', 'Watchdog', 'none');
    const firing = await run([]);
    expect(firing.code).toBe(1);
    expect(firing.stdout).toContain('Neither Alertmanager (http://127.0.0.1:10) nor Prometheus');
    expect(firing.stdout).toMatch(/firing +warning +HoldfastEndpointDown +HoldfastEndpointDown in words$/m);
    const status = await suite.run('status');
    expect(status.code).toBe(1);
    expect(status.stdout).toContain('alert HoldfastEndpointDown is firing');
    await deliver('resolved', 'HoldfastEndpointDown', 'warning');
    const resolved = await run(['list', '--json']);
    expect(resolved.code).toBe(0);
    expect(resolved.json()).toMatchObject({
      state: 'ok',
      monitoring: null,
      received: [
        { name: 'HoldfastEndpointDown', status: 'resolved' },
        { name: 'Watchdog' },
        { status: 'firing' },
      ],
    });
  });

  test('list shows what Alertmanager has, where one answers', async () => {
    await using alertmanager = await startAlertmanager(null);
    await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      body: JSON.stringify([
        {
          labels: { alertname: 'HoldfastClusterDown', severity: 'critical' },
          annotations: { summary: 'main: every endpoint is down' },
          startsAt: '2026-11-21T08:00:00.000Z',
        },
      ]),
    });
    const { code, stdout } = await run(['list'], { HOLDFAST_ALERTMANAGER_URL: alertmanager.url });
    expect(code).toBe(1);
    expect(stdout).toContain(`In Alertmanager (${alertmanager.url})`);
    expect(stdout).toMatch(/^firing +critical +HoldfastClusterDown .*main: every endpoint is down$/m);
  });

  test('list asks Prometheus where no Alertmanager answers', async () => {
    const prometheus = createServer((_request, response) =>
      response.end(
        JSON.stringify({
          data: {
            alerts: [
              {
                labels: { alertname: 'HoldfastEndpointDown', severity: 'warning' },
                annotations: {},
                activeAt: '2026-11-21T08:00:00Z',
                state: 'pending',
              },
            ],
          },
        }),
      ),
    );
    const listening = await listen(prometheus.listeners('request')[0] as never, {
      host: '127.0.0.1',
      port: 0,
    });
    try {
      const { code, json } = await run(['--json'], { HOLDFAST_PROMETHEUS_URL: listening.url });
      expect(code).toBe(0);
      expect(json()).toMatchObject({
        monitoring: { source: 'prometheus', alerts: [{ name: 'HoldfastEndpointDown', status: 'pending' }] },
      });
    } finally {
      await listening.close();
    }
  });

  test('test goes through Alertmanager, waits for the delivery at the gateway, and ends the alert', async () => {
    await using alertmanager = await startAlertmanager(`${suite.env.HOLDFAST_ADMIN_URL}/alerts/webhook`);
    const { code, stdout } = await run(['test'], { HOLDFAST_ALERTMANAGER_URL: alertmanager.url });
    expect(code).toBe(0);
    expect(stdout).toContain("delivered the test alert to the gateway's webhook");
    expect(alertmanager.posted.map(({ labels, endsAt }) => [labels.alertname, endsAt === undefined])).toEqual(
      [
        ['HoldfastTest', true],
        ['HoldfastTest', false],
      ],
    );
    expect(alertmanager.posted[0]!.labels).toEqual(alertmanager.posted[1]!.labels);
  });

  test('test tells when the named Alertmanager is away: exit 1, though the webhook takes it', async () => {
    const { code, json } = await run(['test', '--json']);
    expect(code).toBe(1);
    expect(json()).toMatchObject({ state: 'degraded', sent_to: 'webhook', delivered: true });
  });

  test('without Alertmanager, Prometheus and gateway there is nobody to ask: exit 2', async () => {
    const env = { ...NO_MONITORING, HOLDFAST_ADMIN_URL: 'http://127.0.0.1:10' };
    for (const action of ['list', 'test']) {
      const { code, stderr } = await run([action], env);
      expect(code).toBe(2);
      expect(stderr).toContain('gateway admin does not answer');
    }
  });
});

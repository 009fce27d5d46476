import { startSimulator } from '@holdfast/simulator/start-simulator';
import { enqueueFailure } from '@holdfast/state/failure-queue';
import { describe, expect, test } from '@jest/globals';
import type { GatewayStatus } from '../../src/admin/status.ts';
import { chat, startGateway, type TestGateway } from '../start-gateway.ts';
import { alert, CANARY, HOSTILE_NAMES, outageConfig } from './outage-config.ts';

const page = async (gateway: TestGateway) => (await fetch(`${gateway.adminUrl}/`)).text();
const status = async (gateway: TestGateway) =>
  (await (await fetch(`${gateway.adminUrl}/admin/status`)).json()) as GatewayStatus;
const endpoint = async (gateway: TestGateway, name: string) =>
  (await status(gateway)).clusters.flatMap(({ endpoints }) => endpoints).find((one) => one.name === name)!;

describe('the status', () => {
  test('is one sentence that names the gravest trouble, and lists the rest', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    expect(await status(gateway)).toMatchObject({
      state: 'ok',
      sentence: 'All is well: all 3 endpoints of 2 clusters take requests.',
      reasons: [],
    });

    simulator.behave('primary', { status: 502 });
    await gateway.post('/v1/chat/completions', chat());
    await fetch(`${gateway.adminUrl}/alerts/webhook`, alert('firing'));
    expect(await status(gateway)).toMatchObject({
      state: 'degraded',
      sentence: 'Degraded: main/primary takes no requests (breaker open).',
      reasons: ['main/primary takes no requests (breaker open)', 'alert HoldfastEndpointDown is firing'],
    });

    simulator.behave('secondary', { status: 502 });
    await gateway.post('/v1/chat/completions', chat());
    expect(await status(gateway)).toMatchObject({
      state: 'down',
      sentence: 'Down: no endpoint of cluster main takes requests.',
    });
  });

  test('tells of each endpoint how fast it is, its last error, and whether it waits in the failure queue', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    expect(await endpoint(gateway, 'primary')).toMatchObject({
      p95_ms: null,
      per_second: 0,
      last_error: null,
      in_failure_queue: false,
    });
    simulator.behave('primary', [{}, { status: 502 }]);
    await gateway.post('/v1/chat/completions', chat());
    await gateway.post('/v1/chat/completions', chat());
    await enqueueFailure(gateway.state, 'main/primary', Date.now());
    const primary = await endpoint(gateway, 'primary');
    expect(primary).toMatchObject({
      last_error: { at: expect.stringMatching(/^\d{4}-.*Z$/), result: 'server_error', summary: '502' },
      in_failure_queue: true,
      until: expect.stringMatching(/Z$/),
    });
    expect(primary.p95_ms).toBeGreaterThanOrEqual(0);
    expect(primary.per_second).toBeGreaterThan(0);
    expect((await endpoint(gateway, 'secondary')).last_error).toBeNull();
  });

  test("a request that is the client's own fault is no error of the endpoint", async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    simulator.behave('primary', { fault: 'bad_request' });
    await gateway.post('/v1/chat/completions', chat());
    expect(simulator.requests('primary')).toHaveLength(1);
    expect((await endpoint(gateway, 'primary')).last_error).toBeNull();
  });

  test('tells which tokens are blocked, until when and why, and which model rests where', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    simulator.behave('pooled', [{ fault: 'openai_429', headers: { 'retry-after': '1800' } }, {}]);
    await gateway.post('/v1/chat/completions', chat('free-model'));
    const [pool] = (await status(gateway)).pools;
    expect(pool).toMatchObject({ name: 'free', current: 'TOKEN_B', available: 1 });
    expect(pool!.tokens).toMatchObject([
      { name: 'TOKEN_A', account: 'first', blocked: true, reason: 'rate_limited' },
      { name: 'TOKEN_B', account: 'second', blocked: false, until: null, reason: null },
    ]);
    expect(Date.parse(pool!.tokens[0]!.until!)).toBeGreaterThan(Date.now() + 1_700_000);

    simulator.behave('primary', { fault: 'model_not_found' });
    await gateway.post('/v1/chat/completions', chat('gpt-4o-retired'));
    expect((await endpoint(gateway, 'primary')).resting_models).toMatchObject([{ model: 'gpt-4o-retired' }]);
  });

  test('an endpoint whose pool is spent says so', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    simulator.behave('pooled', { fault: 'openai_429', headers: { 'retry-after': '1800' } });
    await gateway.post('/v1/chat/completions', chat('free-model'));
    expect(await endpoint(gateway, 'pooled')).toMatchObject({ because: 'no token: rate_limited' });
    expect((await status(gateway)).reasons).toContain('no token of pool free is available');
  });

  test('keeps when the configuration was loaded, and why the one on disk was not', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    const before = (await status(gateway)).config;
    expect(before).toMatchObject({ error: null, failed_at: null });
    gateway.configFailed('holdfast.yaml:3:1  routs\n  unknown key');
    expect((await status(gateway)).config).toMatchObject({
      loaded_at: before.loaded_at,
      error: 'holdfast.yaml:3:1  routs\n  unknown key',
      failed_at: expect.stringMatching(/Z$/),
    });
    expect(await page(gateway)).toContain('<pre>holdfast.yaml:3:1  routs\n  unknown key</pre>');
  });
});

describe('the status page', () => {
  test('runs and loads nothing but its own files', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    const { headers } = await fetch(`${gateway.adminUrl}/`);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    const text = await page(gateway);
    expect(text).not.toMatch(/<script(?! src="\/status\.js")|<style|\son\w+=|\sstyle=/);
    for (const [file, type] of [
      ['/status.css', 'text/css'],
      ['/status.js', 'text/javascript'],
    ]) {
      const response = await fetch(gateway.adminUrl + file);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain(type);
      expect(text).toContain(`"${file}"`);
    }
  });

  test('shows names that clients chose as text, whatever they try', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    for (const name of HOSTILE_NAMES)
      expect((await gateway.post('/v1/chat/completions', chat(name))).status).toBe(200);
    const text = await page(gateway);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('&quot; onmouseover=&quot;alert(2)');
    expect(text).toContain('\\u202e');
    for (const raw of ['<script>alert', '<img src=x', '" onmouseover', '\u202e', '\u0000'])
      expect(text).not.toContain(raw);
  });

  test('links to no address that an alert made up to run a script', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    await fetch(`${gateway.adminUrl}/alerts/webhook`, alert('firing', 'javascript:alert(1)'));
    expect(await page(gateway)).not.toContain('javascript:');
    await fetch(
      `${gateway.adminUrl}/alerts/webhook`,
      alert('resolved', 'https://runbooks.example/a?b=1&c="'),
    );
    expect(await page(gateway)).toContain('href="https://runbooks.example/a?b=1&amp;c=&quot;"');
  });

  test('tells every kind of client the real address, and what to send for a key', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    const text = await page(gateway);
    for (const title of ['curl', 'OpenAI SDK', 'Anthropic SDK', 'Claude Code'])
      expect(text).toContain(`<h3>${title}</h3>`);
    expect(text).toContain(`base_url=&quot;${gateway.url}/v1&quot;`);
    expect(text).toContain(`curl -i ${gateway.url}/v1/chat/completions`);
    expect(text).toContain('api_key=&quot;anything&quot;');
  });

  test('where the gateway listens on every address, that is the name which brought the reader here', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway({
      ...outageConfig(simulator),
      server: { host: '0.0.0.0', client_keys: [`${CANARY}-client`] },
    });
    const { port } = new URL(gateway.url);
    const { port: adminPort } = new URL(gateway.adminUrl);
    const text = await (await fetch(`http://localhost:${adminPort}/`)).text();
    expect(text).toContain(`http://localhost:${port}/v1`);
    expect(text).toContain('YOUR_CLIENT_KEY');
    expect(text).not.toContain(CANARY);
  });
});

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { SuiteStatus } from '../src/status/suite-status.ts';
import { runCli } from './support/run-cli.ts';
import { CANARY, type RunningSuite, startSuite } from './support/running-suite.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

describe('status and cluster of a running suite', () => {
  let suite: RunningSuite;
  beforeAll(async () => {
    suite = await startSuite();
    await suite.run('check', '--live');
  });
  afterAll(async () => {
    await suite[Symbol.asyncDispose]();
  });

  test('a suite in which everything works is ok: exit 0, one line per endpoint and service', async () => {
    const { code, stdout } = await suite.run('status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Holdfast is ok$/m);
    expect(stdout).toMatch(/^main +primary +up +available +closed/m);
    expect(stdout).toMatch(/^ +secondary +up +available +closed/m);
    expect(stdout).toMatch(/^token-rotator +up +http:/m);
    expect(stdout).toMatch(/^state store +in-process, ok$/m);
    expect(stdout).toMatch(/^token pools +free 2 of 2 available$/m);
    expect(stdout).toMatch(/^alerts firing +none$/m);
  });

  test('--json has the same for programs', async () => {
    const status = (await suite.run('status', '--json')).json<SuiteStatus>();
    expect(status).toMatchObject({
      state: 'ok',
      reasons: [],
      config: { source: 'holdfast.yaml', error: null },
      state_store: { kind: 'in-process', state: 'ok' },
      token_pools: [{ name: 'free', available: 2, total: 2 }],
      alerts: [],
    });
    expect(status.services.map(({ name, state }) => [name, state])).toEqual([
      ['gateway', 'up'],
      ['gateway admin', 'up'],
      ['health-checker', 'up'],
      ['token-rotator', 'up'],
      ['tagger', 'up'],
    ]);
    expect(status.clusters[0]).toMatchObject({ name: 'main', protocol: 'openai', models: ['gpt-4o'] });
    expect(Object.keys(status.clusters[0]!.endpoints[0]!).sort()).toEqual([
      'breaker',
      'checked_at',
      'in_failure_queue',
      'in_flight',
      'last_error',
      'latency_ms',
      'name',
      'p95_ms',
      'per_second',
      'priority',
      'reason',
      'standing',
      'state',
      'weight',
    ]);
  });

  test('cluster list NAME shows that cluster with its base URLs, without its keys', async () => {
    const { code, stdout } = await suite.run('cluster', 'list', 'tokens');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tokens {2}openai, priority; models: free-\*$/m);
    expect(stdout).toContain(suite.simulator.baseUrl('pooled'));
    expect(stdout).toContain('pool free');
    expect(stdout).not.toContain('primary');
  });

  test('cluster list --json lists every cluster', async () => {
    const { code, json } = await suite.run('cluster', 'list', '--json');
    expect(code).toBe(0);
    expect(json<{ clusters: { name: string }[] }>()).toMatchObject({
      state: 'ok',
      gateway: 'up',
      clusters: [{ name: 'main' }, { name: 'tokens' }],
    });
  });

  test('a cluster that does not exist is wrong usage, and the nearest name is offered', async () => {
    const { code, stderr } = await suite.run('cluster', 'list', 'mian');
    expect(code).toBe(2);
    expect(stderr).toContain("cluster 'mian' is not known (did you mean 'main'?)");
  });

  test('an endpoint that is down makes the suite degraded: exit 1, and why', async () => {
    suite.simulator.behave('secondary', { fault: 'nginx_502' });
    try {
      await suite.run('check', '--live');
      const { code, stdout } = await suite.run('status');
      expect(code).toBe(1);
      expect(stdout).toMatch(/^Holdfast is degraded$/m);
      expect(stdout).toMatch(/^ +- main\/secondary: server_error: 502$/m);
      expect(stdout).toMatch(/^ +secondary +down +down .*queued/m);
      expect((await suite.run('cluster', 'list')).code).toBe(1);
    } finally {
      suite.simulator.clearBehaviour('secondary');
      await suite.run('check', '--live');
    }
  });

  test('a cluster without any endpoint that works makes the suite down: exit 2', async () => {
    suite.simulator.behave('pooled', { fault: 'nginx_502' });
    try {
      await suite.run('check', '--live');
      const { code, json } = await suite.run('status', '--json');
      expect(code).toBe(2);
      expect(json<SuiteStatus>().reasons).toContain('no endpoint of cluster tokens is available');
    } finally {
      suite.simulator.clearBehaviour('pooled');
      await suite.run('check', '--live');
    }
  });

  test('a service that is away makes the suite degraded, and the rest is still told', async () => {
    const env = { ...suite.env, HOLDFAST_TAGGER_URL: 'http://127.0.0.1:10' };
    const { code, stdout } = await runCli(['status', '--config', suite.configPath], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ +- tagger does not answer$/m);
    expect(stdout).toMatch(/^main +primary +up/m);
  });

  test('a health-checker that only the gateway reaches is asked through it', async () => {
    const env = { ...suite.env, HOLDFAST_HEALTH_CHECKER_URL: 'http://127.0.0.1:10' };
    const { stdout } = await runCli(['status', '--config', suite.configPath], { env });
    expect(stdout).toMatch(/^health-checker +up +http:\S+ +reached through the gateway$/m);
  });

  test('neither keys nor tokens are ever printed', async () => {
    const outputs = await Promise.all([
      suite.run('status', '--json'),
      suite.run('cluster', 'list', '--json'),
      suite.run('check', '--json'),
    ]);
    for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toContain(CANARY);
  });

  test('colours only where they are wanted', async () => {
    const run = (env: Record<string, string>) =>
      runCli(['status', '--config', suite.configPath], { env: { ...suite.env, ...env } });
    const [plain, coloured, refused] = await Promise.all([
      run({}),
      run({ FORCE_COLOR: '1' }),
      run({ NO_COLOR: '1' }),
    ]);
    expect(plain.stdout).not.toContain('\x1b[');
    expect(refused.stdout).not.toContain('\x1b[');
    expect(coloured.stdout).toContain('\x1b[32mok\x1b[39m');
  });
});

describe('without a running suite', () => {
  const nobody = Object.fromEntries(
    ['GATEWAY', 'ADMIN', 'HEALTH_CHECKER', 'TOKEN_ROTATOR', 'TAGGER'].map((name) => [
      `HOLDFAST_${name}_URL`,
      'http://127.0.0.1:10',
    ]),
  );

  test('status says what does not answer: exit 2', async () => {
    const { code, stdout } = await runCli(['status'], { env: nobody });
    expect(code).toBe(2);
    expect(stdout).toContain('the gateway does not answer');
  });

  test('cluster list shows what is configured, and says that the gateway is away: exit 2', async () => {
    const { code, stdout } = await runCli(['cluster', 'list', 'main'], { env: nobody });
    expect(code).toBe(2);
    expect(stdout).toMatch(/primary/);
    expect(stdout).toContain('The gateway does not answer at http://127.0.0.1:10');
  });

  test.each([
    [['tokens', 'status'], 'token-rotator'],
    [['tokens', 'watch'], 'token-rotator'],
    [['tokens', 'emergency'], 'token-rotator'],
    [['tail'], 'gateway admin'],
  ])('%j says which service does not answer and where: exit 2', async (args, service) => {
    const { code, stderr } = await runCli(args, { env: nobody });
    expect(code).toBe(2);
    expect(stderr).toContain(`${service} does not answer at http://127.0.0.1:10 (connection refused)`);
  });

  test('with --json that is JSON too', async () => {
    const { code, json } = await runCli(['tokens', '--json'], { env: nobody });
    expect(code).toBe(2);
    expect(json()).toMatchObject({
      state: 'down',
      error: { message: expect.stringContaining('token-rotator') },
    });
  });
});

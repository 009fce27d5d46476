import { startSimulator } from '@holdfast/simulator/start-simulator';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { writeConfig } from './support/config-file.ts';
import { runCli } from './support/run-cli.ts';
import { CANARY, type RunningSuite, startSuite } from './support/running-suite.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

interface Live {
  readonly live: {
    readonly by: string;
    readonly state: string;
    readonly results: { endpoint: string; state: string }[];
  };
}

const WRONG = `version: 1
servr: { port: 4000 }
clusters:
  main:
    endpoints:
      - { name: a, base_url: ftp://example.com }
routes:
  - { model: "*", cluster: mian }
`;

describe('check of a file', () => {
  test('prints every problem with place and nearest name: exit 2', async () => {
    using config = writeConfig(WRONG);
    const { code, stderr } = await runCli(['check', 'holdfast.yaml'], { cwd: config.directory });
    expect(code).toBe(2);
    expect(stderr).toContain('The configuration has 3 problems:');
    expect(stderr).toContain('holdfast.yaml:2:1  servr  unknown key (did you mean "server"?)');
    expect(stderr).toMatch(
      /^holdfast\.yaml:6:\d+ {2}clusters\.main\.endpoints\[0\]\.base_url {2}must begin with/m,
    );
    expect(stderr).toMatch(/^holdfast\.yaml:8:\d+ {2}routes\[0\]\.cluster .*did you mean "main"/m);
  });

  test('--json has them one by one', async () => {
    using config = writeConfig(WRONG);
    const { code, json } = await runCli(['check', config.path, '--json']);
    expect(code).toBe(2);
    expect(json()).toMatchObject({
      valid: false,
      problems: [
        { line: 2, key: 'servr', suggestion: 'server' },
        { line: 6, key: 'clusters.main.endpoints[0].base_url' },
        { line: 8, key: 'routes[0].cluster', suggestion: 'main' },
      ],
    });
  });

  test('sums up a valid one without any value of a key or token: exit 0', async () => {
    using config = writeConfig({
      server: { client_keys: [{ name: 'app', key: `${CANARY}-client` }] },
      token_pools: { free: { tokens: [{ name: 'TOKEN_A', value: `${CANARY}-a` }] } },
      clusters: {
        main: {
          endpoints: [
            { name: 'first', base_url: 'http://127.0.0.1:10/v1', api_key: `${CANARY}-first` },
            { name: 'second', base_url: 'http://127.0.0.1:10/v1', token_pool: 'free', priority: 2 },
          ],
        },
      },
      routes: [{ model: 'gpt-4o*', cluster: 'main' }],
    });
    const { code, stdout } = await runCli(['check', config.path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^main +openai +first +1 +100 +api key +http:\/\/127\.0\.0\.1:10\/v1$/m);
    expect(stdout).toMatch(/^ +second +2 +100 +token pool free/m);
    expect(stdout).toMatch(/^gpt-4o\* +main$/m);
    expect(stdout).toMatch(/^token pools +free \(1 token of 1 account\)$/m);
    expect(stdout).toMatch(/^client keys +app$/m);
    expect(stdout).not.toContain(CANARY);
  });

  test('--live probes the endpoints of a file from here, each with its key', async () => {
    await using simulator = await startSimulator();
    simulator.behave('broken', { fault: 'nginx_502' });
    const endpoint = (name: string) => ({
      name,
      base_url: simulator.baseUrl(name),
      api_key: `${CANARY}-${name}`,
    });
    using config = writeConfig({
      clusters: { main: { endpoints: [endpoint('works'), endpoint('broken')] } },
      routes: [{ model: '*', cluster: 'main' }],
    });
    const { code, stdout } = await runCli(['check', config.path, '--live']);
    expect(code).toBe(1);
    expect(stdout).toContain('Probed now by this command:');
    expect(stdout).toMatch(/^main +works +up/m);
    expect(stdout).toMatch(/^main +broken +down +.*502/m);
    expect(stdout).not.toContain(CANARY);
    expect(simulator.requests('works').map(({ path, token }) => [path, token])).toEqual([
      ['/v1/models', `${CANARY}-works`],
    ]);
  });

  test('--live is down when a cluster has no endpoint that works: exit 2', async () => {
    using config = writeConfig({
      clusters: { main: { endpoints: [{ name: 'gone', base_url: 'http://127.0.0.1:10/v1', api_key: 'k' }] } },
      routes: [{ model: '*', cluster: 'main' }],
    });
    const { code, json } = await runCli(['check', config.path, '--live', '--json']);
    expect(code).toBe(2);
    expect(json<Live>().live).toMatchObject({
      state: 'down',
      results: [{ endpoint: 'gone', state: 'down' }],
    });
  });
});

describe('check --live beside a running suite', () => {
  let suite: RunningSuite;
  beforeAll(async () => {
    suite = await startSuite();
  });
  afterAll(async () => {
    await suite[Symbol.asyncDispose]();
  });

  test('is done by its health-checker, so that the suite knows what was found', async () => {
    const { code, json } = await suite.run('check', '--live', '--json');
    expect(code).toBe(0);
    expect(json<Live>().live).toMatchObject({ by: 'health-checker', state: 'ok' });
    const byName = json<Live>().live.results.map(({ endpoint, state }) => [endpoint, state]);
    expect(byName.sort()).toEqual([
      ['pooled', 'up'],
      ['primary', 'up'],
      ['secondary', 'up'],
    ]);
  });

  test('an endpoint that fails is shown with its reason: exit 1', async () => {
    suite.simulator.behave('primary', { fault: 'server_503' });
    const { code, stdout } = await suite.run('check', '--live');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^main +primary +down +.*503/m);
  });
});

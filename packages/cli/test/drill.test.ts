import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DrillRow } from '../src/drill/run-row.ts';
import { type ConfigFile, writeConfig } from './support/config-file.ts';
import { type Finished, runCli } from './support/run-cli.ts';
import { CANARY } from './support/running-suite.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

interface Drill {
  readonly passed: boolean;
  readonly rows: readonly DrillRow[];
}

describe('drill', () => {
  /** Stands where the user's providers are: nothing of a drill may reach it. */
  let providers: Simulator;
  beforeAll(async () => {
    providers = await startSimulator();
  });
  afterAll(() => providers.close());

  const endpoint = (name: string, priority: number, more: object = {}) => ({
    name,
    base_url: providers.baseUrl(name),
    api_key: `${CANARY}-${name}`,
    headers: { 'x-secret': `${CANARY}-header` },
    priority,
    ...more,
  });
  const quick = {
    retry: { base_delay: '100ms', max_delay: '400ms', max_total_time: '6s' },
    timeouts: { first_content: '1s' },
    health: { timeout: '1s' },
  };
  const twoTiers = (): Record<string, unknown> => ({
    ...quick,
    server: { client_keys: [`${CANARY}-client`] },
    rate_limit: { enabled: true, per_minute: 1 },
    throttle: { enabled: true, min_interval: '10s' },
    clusters: { main: { endpoints: [endpoint('primary', 1), endpoint('secondary', 2)] } },
    routes: [{ model: 'gpt-4o', cluster: 'main' }],
  });

  async function drill(file: ConfigFile, ...args: string[]): Promise<Finished> {
    using config = writeConfig(file);
    return await runCli(['drill', '--config', config.path, ...args]);
  }

  test('a configuration with a second tier comes through every outage of the first: exit 0', async () => {
    const { code, stdout, json } = await drill(twoTiers(), '--json');
    const { passed, rows } = json<Drill>();
    expect(rows.filter((row) => !row.passed)).toEqual([]);
    expect([code, passed]).toEqual([0, true]);
    const byName = Object.fromEntries(rows.map((row) => [row.scenario, row]));
    for (const name of [
      'primary-dead',
      'primary-502',
      'primary-hangs',
      'rate-limited',
      'error-in-200',
      'stream-cut',
    ]) {
      expect(byName[name]).toMatchObject({ requests: 25, client_errors: 0, outcomes: { fallback: 25 } });
      expect(byName[name]!.alerts).toContain('HoldfastFallbackRatioCritical');
    }
    expect(byName['primary-dead']!.alerts).toContain('HoldfastEndpointDown');
    expect(byName['primary-dead']!.alerts).not.toContain('HoldfastClusterDown');
    expect(byName['primary-hangs']!.failover_ms).toBeGreaterThan(900);
    expect(byName['all-dead']).toMatchObject({
      client_errors: 25,
      outcomes: { exhausted: 25 },
      passed: true,
    });
    expect(byName['all-dead']!.alerts).toEqual(
      expect.arrayContaining(['HoldfastErrorRatioHigh', 'HoldfastClusterDown']),
    );
    expect(byName['redis-away']).toMatchObject({
      outcomes: { primary: 25 },
      alerts: ['HoldfastStateStoreDown'],
    });
    expect(stdout).not.toContain(CANARY);
    expect(providers.counts()).toEqual({});
  });

  test('the table has a line for each outage and cluster', async () => {
    const { stdout } = await drill(twoTiers(), '--scenario', 'primary-502', '--scenario', 'redis-away');
    expect(stdout).toMatch(/^primary-502 +main +25 +0 +\d+ ms +\d+ ms +fallback 25 +pass$/m);
    expect(stdout).toMatch(/^redis-away +main +25 +0 .*primary 25 +pass$/m);
    expect(stdout).toMatch(/^primary-502 +main +FallbackRatioHigh, /m);
    expect(stdout).toMatch(/^redis-away +main +StateStoreDown$/m);
    expect(stdout).toMatch(/^All 2 outages passed\.$/m);
  });

  test('a lone endpoint with nothing to fall back to fails: exit 1, and what would help', async () => {
    const lone = {
      ...quick,
      clusters: { main: { protocol: 'anthropic', endpoints: [endpoint('only', 1)] } },
      routes: [{ model: 'claude-*', cluster: 'main' }],
    };
    const { code, stdout } = await drill(lone, '--scenario', 'primary-502,error-in-200');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^fail {2}main: nothing to fall back to: add an endpoint, fallback_models.*\n +\(primary-502, error-in-200\)$/m,
    );
    expect(stdout.match(/nothing to fall back to/g)).toHaveLength(1);
  });

  test('canned answers stand in for a lone endpoint; a token pool that is limited as a whole would alert', async () => {
    const pooled = {
      ...quick,
      fallback: { mode: 'canned' },
      token_pools: { free: { tokens: ['A', 'B'].map((name) => ({ name, value: `${CANARY}-${name}` })) } },
      clusters: {
        main: { endpoints: [{ name: 'pooled', base_url: providers.baseUrl('pooled'), token_pool: 'free' }] },
      },
      routes: [{ model: '*', cluster: 'main' }],
    };
    const { code, json } = await drill(pooled, '--scenario', 'rate-limited', '--json');
    expect(code).toBe(0);
    expect(json<Drill>().rows).toMatchObject([{ client_errors: 0, outcomes: { canned: 25 }, passed: true }]);
    expect(json<Drill>().rows[0]!.alerts).toContain('HoldfastTokenPoolExhausted');
  });

  test('long times run faster, and are shown as configured', async () => {
    const slow = {
      ...twoTiers(),
      timeouts: { first_content: '20s' },
      retry: { max_total_time: '120s' },
    };
    const { code, json } = await drill(slow, '--scenario', 'primary-hangs', '--json');
    expect(code).toBe(0);
    expect(json<{ speed: number }>().speed).toBe(20);
    expect(json<Drill>().rows[0]!.failover_ms).toBeGreaterThan(19_000);
  });

  test('needs none of the variables that a configuration takes its secrets from, and names them', async () => {
    const unset = {
      ...quick,
      token_pools: { free: { tokens: ['A', 'B'].map((name) => ({ name, value: `\${TOKEN_${name}}` })) } },
      clusters: {
        main: {
          endpoints: [
            { name: 'primary', base_url: '${OWN_URL}', api_key: '${OWN_KEY}' },
            { name: 'secondary', base_url: providers.baseUrl('b'), api_key: 'file:/run/no-such-secret' },
          ],
        },
      },
      routes: [{ model: '*', cluster: 'main' }],
    };
    const { code, json } = await drill(unset, '--scenario', 'primary-dead', '--json');
    expect(code).toBe(0);
    expect(json<{ unset: string[] }>().unset).toEqual([
      'TOKEN_A',
      'TOKEN_B',
      'OWN_URL',
      'OWN_KEY',
      '/run/no-such-secret',
    ]);
    const { stdout } = await drill(unset, '--scenario', 'primary-dead');
    expect(stdout).toContain('Not set, and not needed for a drill: TOKEN_A, TOKEN_B, OWN_URL, OWN_KEY, /run');
  });

  test('the built-in demo comes through all of them', async () => {
    const { code, stdout } = await runCli(['drill']);
    expect(stdout).toMatch(/^All 24 outages passed\.$/m);
    expect(code).toBe(0);
  });

  test('--list names the outages; one that does not exist is wrong usage', async () => {
    expect((await drill(twoTiers(), '--list')).stdout).toMatch(
      /^stream-cut +the primary's streams break off/m,
    );
    const { code, stderr } = await drill(twoTiers(), '--scenario', 'earthquake');
    expect(code).toBe(2);
    expect(stderr).toContain("scenario 'earthquake' is not known (did you mean");
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const SETUP = path.resolve(import.meta.dirname, '../src/setup.ts');
const root = mkdtempSync(path.join(tmpdir(), 'holdfast-setup-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Runs it as the container does, with folders where the volumes would be. */
function setUp(env: Record<string, string> = {}) {
  const out = mkdtempSync(path.join(root, 'volumes-'));
  for (const volume of ['rules', 'dashboards', 'alertmanager', 'secrets']) mkdirSync(path.join(out, volume));
  const { status, stdout, stderr } = spawnSync(process.execPath, [SETUP, '--out', out], {
    cwd: out,
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr, read: (name: string) => readFileSync(path.join(out, name), 'utf8'), out };
}

function configFile(name: string, text: string): string {
  const file = path.join(root, name);
  writeFileSync(file, text);
  return file;
}

describe('setup', () => {
  test('without any setting it writes all that the servers need', () => {
    const { status, stderr, read, out } = setUp();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(read('rules/holdfast.yml')).toContain('HoldfastFallbackRatioHigh');
    expect(read('alertmanager/alertmanager.yml')).toContain('http://gateway:4001/alerts/webhook');
    expect(read('alertmanager/templates/holdfast.tmpl')).toContain('holdfast.title');
    for (const secret of [
      'redis/users.acl',
      'state/redis-url',
      'database/database-url',
      'postgres/password',
      'grafana/admin-password',
    ])
      expect(existsSync(path.join(out, 'secrets', secret))).toBe(true);
  });

  test("the rules and dashboards have the thresholds of the operator's configuration and links to where people reach Grafana", () => {
    const HOLDFAST_CONFIG = configFile(
      'thresholds.yaml',
      `clusters: { mine: { endpoints: [{ name: one, base_url: "https://llm.example.com/v1", api_key: k-1 }] } }
routes: [{ model: "*", cluster: mine }]
alerts: { fallback_ratio: { warning: 0.3 } }`,
    );
    const { status, read } = setUp({ HOLDFAST_CONFIG, GRAFANA_URL: 'https://grafana.example.com/' });
    expect(status).toBe(0);
    expect(read('rules/holdfast.yml')).toContain('ratio_increase5m > 0.3');
    expect(read('dashboards/overview.json')).toContain('"value": 0.3');
    expect(read('rules/holdfast.yml')).toContain('https://grafana.example.com/d/holdfast-clusters');
  });

  test('it says what will run, where alerts go, and that the demo needs its profile', () => {
    const own = configFile(
      'own.yaml',
      `clusters: { mine: { endpoints: [{ name: one, base_url: "https://llm.example.com/v1", api_key: k-1 }] } }
routes: [{ model: "*", cluster: mine }]`,
    );
    const { stdout } = setUp({
      HOLDFAST_CONFIG: own,
      DISCORD_WEBHOOK_URL: 'https://discord.example.com/hook-secret',
    });
    expect(stdout).toContain(`${own}: 1 clusters, 1 endpoints`);
    expect(stdout).toContain('to the status page, Discord;');
    expect(stdout).not.toMatch(/hook-secret|built-in|k-1/);
    expect(setUp().stdout).toContain('docker compose --profile demo up');
  });

  test('every channel can take its secrets from files', () => {
    const folder = mkdtempSync(path.join(root, 'secrets-'));
    const variables = {
      TELEGRAM_BOT_TOKEN: '123:from-a-file',
      TELEGRAM_CHAT_ID: '-1001',
      SLACK_WEBHOOK_URL: 'https://slack.example.com/x',
    };
    const twins = Object.entries(variables).map(([name, value]): [string, string] => {
      writeFileSync(path.join(folder, name), `${value}\n`);
      return [`${name}_FILE`, path.join(folder, name)];
    });
    const { status, read } = setUp(Object.fromEntries(twins));
    expect(status).toBe(0);
    for (const value of Object.values(variables))
      expect(read('alertmanager/alertmanager.yml')).toContain(value);
  });

  test('all that is wrong is listed at once, and it ends with 2', () => {
    const { status, stderr } = setUp({
      HOLDFAST_CONFIG: configFile('broken.yaml', 'clusters: {}\nrouts: []'),
      TELEGRAM_BOT_TOKEN: '123:abc',
      SLACK_WEBHOOK_URL_FILE: '/does/not/exist',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('did you mean "routes"');
    expect(stderr).toContain('TELEGRAM_CHAT_ID missing');
    expect(stderr).toContain('SLACK_WEBHOOK_URL_FILE names /does/not/exist');
    expect(stderr).not.toContain('123:abc');
  });

  test('an open gateway is not published by mistake', () => {
    expect(setUp({ BIND_ADDR: '0.0.0.0' })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('HOLDFAST_CLIENT_KEYS'),
    });
    expect(setUp({ BIND_ADDR: '0.0.0.0', HOLDFAST_CLIENT_KEYS: 'client-key-1' }).status).toBe(0);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { startSuiteProcess } from '../support/suite-process.ts';
import { makeTempDirectory } from '../support/temp-directory.ts';
import { until } from '../support/until.ts';

const root = path.resolve(import.meta.dirname, '../..');
const FREE_PORTS = Object.fromEntries(
  ['GATEWAY', 'ADMIN', 'HEALTH_CHECKER', 'TOKEN_ROTATOR', 'TAGGER', 'SIMULATOR'].map((name) => [
    `HOLDFAST_${name}_PORT`,
    '0',
  ]),
);

const serveAll = (options: { config?: Record<string, unknown> | string; env?: NodeJS.ProcessEnv } = {}) =>
  startSuiteProcess({ args: ['serve', 'all'], ...options, env: { ...FREE_PORTS, ...options.env } });

/** Runs the printed command as a person would paste it; resolves with what it prints. */
async function paste(command: string): Promise<string> {
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += piece;
  });
  await once(child, 'close');
  return text;
}

describe('the first minutes', () => {
  test('without any configuration it runs, and the printed curl gets an answer with the headers of the contract', async () => {
    await using suite = serveAll();
    const [, curl] = await suite.waitForOutput(/^ *(curl -i .*)$/m);
    const [head = '', body = ''] = (await paste(curl!)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    const headers = Object.fromEntries(
      head
        .split('\r\n')
        .slice(1)
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    );
    expect(headers).toMatchObject({
      'content-type': expect.stringContaining('application/json'),
      'x-request-id': expect.stringMatching(/\S+/),
      'request-id': headers['x-request-id'],
      'x-holdfast-cluster': 'main',
      'x-holdfast-endpoint': 'primary',
      'x-holdfast-model': 'gpt-4o-mini',
      'x-holdfast-attempts': '1',
      'x-holdfast-fallback': 'none',
      'x-holdfast-cache': 'off',
    });
    expect(JSON.parse(body).choices[0].message.content).toContain('Hello');
  }, 60_000);

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: running requests are answered, and it exits 0',
    async (signal) => {
      await using simulator = await startSimulator();
      simulator.behave('slow', { latencyMs: 1500 });
      await using suite = serveAll({ config: oneEndpoint(simulator.baseUrl('slow')) });
      const [, url] = await suite.waitForOutput(/gateway +(http:\S+)/);
      const answer = fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'Hello' }] }),
      });
      await simulator.waitForRequests('slow', 1);
      suite.signal(signal);
      expect((await answer).status).toBe(200);
      expect(await suite.exit).toEqual({ code: 0, signal: null });
    },
    60_000,
  );

  test('--config runs that configuration, without the simulator', async () => {
    await using simulator = await startSimulator();
    await using suite = serveAll({ config: oneEndpoint(simulator.baseUrl('mine')) });
    const [, url] = await suite.waitForOutput(
      /Configuration: .*holdfast\.yaml[\s\S]*gateway +(http:\S+)[\s\S]*curl/,
    );
    expect(suite.output()).not.toMatch(/^ +simulator/m);
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(response.headers.get('x-holdfast-endpoint')).toBe('only');
    expect(simulator.requests('mine')).toHaveLength(1);
  }, 60_000);

  test('a broken configuration exits 2 and names every problem by line, column and nearest name', async () => {
    await using suite = serveAll({
      config: [
        'version: 1',
        'retry:',
        '  max_atempts: 4',
        'clusters:',
        '  main:',
        '    protocol: openai',
        '    endpoints:',
        '      - { name: only, base_url: "http://127.0.0.1:1/v1", api_key: "${NO_SUCH_KEY}" }',
        'routes:',
        '  - { model: "*", cluster: mian }',
      ].join('\n'),
    });
    expect(await suite.exit).toEqual({ code: 2, signal: null });
    const output = suite.output();
    expect(output).toMatch(/holdfast\.yaml:3:3 .*max_atempts.*max_attempts/);
    expect(output).toMatch(/holdfast\.yaml:8:\d+ .*NO_SUCH_KEY/);
    expect(output).toMatch(/holdfast\.yaml:10:\d+ .*routes\[0\]\.cluster.*main/);
  }, 60_000);

  test('npm start runs the same, and hands a signal on: it exits 0', async () => {
    using directory = makeTempDirectory();
    const child = spawn('npm', ['start'], {
      cwd: root,
      env: { ...process.env, ...FREE_PORTS, DATABASE_URL: `sqlite:${directory.path}/holdfast.db` },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    await until('npm start prints a curl', () => text.includes('curl -i'), 60_000);
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
  }, 90_000);

  test('./holdfast itself finds its runtime from any directory; a wrong verb exits 2 with the usage', async () => {
    const holdfast = path.join(root, 'holdfast');
    const child = spawn(holdfast, ['sevre'], { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (piece) => {
      text += piece;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
    expect(text).toContain('sevre');
    expect(text).toContain('holdfast help');
  }, 60_000);
});

const oneEndpoint = (base_url: string) => ({
  database: { url: 'sqlite::memory:' },
  health: { probe: 'none' },
  clusters: { main: { protocol: 'openai', endpoints: [{ name: 'only', base_url, api_key: 'sk-mine' }] } },
  routes: [{ model: '*', cluster: 'main' }],
});

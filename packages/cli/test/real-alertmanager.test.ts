import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { expect, jest, test } from '@jest/globals';
import { runCli } from './support/run-cli.ts';
import { startSuite } from './support/running-suite.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

const PROGRAM = {
  command: 'prometheus-alertmanager',
  install: 'apt-get install -y prometheus-alertmanager',
};

interface RunningAlertmanager extends AsyncDisposable {
  readonly url: string;
}

/** The real one on a free loopback port, with the gateway's webhook as its only receiver. */
async function startAlertmanager(webhook: string): Promise<RunningAlertmanager> {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-alertmanager-'));
  const config = {
    route: { receiver: 'gateway', group_by: ['alertname'], group_wait: '0s', group_interval: '1s' },
    receivers: [{ name: 'gateway', webhook_configs: [{ url: webhook, send_resolved: true }] }],
  };
  writeFileSync(path.join(directory, 'alertmanager.yml'), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    PROGRAM.command,
    [
      '--config.file=alertmanager.yml',
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      '--storage.path=data',
    ],
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (/listening/i.test(log)) resolve();
    });
    void gone.then(() => reject(new Error(log)));
  });
  return {
    url: `http://${address}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
      rmSync(directory, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describeWithServer(PROGRAM, 'with a real Alertmanager', () => {
  test('a test alert arrives at the gateway, is listed, and ends', async () => {
    await using suite = await startSuite();
    await using alertmanager = await startAlertmanager(`${suite.env.HOLDFAST_ADMIN_URL}/alerts/webhook`);
    const env = { ...suite.env, HOLDFAST_ALERTMANAGER_URL: alertmanager.url };
    const run = (...args: string[]) => runCli(['alerts', ...args, '--config', suite.configPath], { env });
    const sent = await run('test', '--json');
    expect(sent.json()).toMatchObject({ state: 'ok', sent_to: 'alertmanager', delivered: true });
    expect(sent.code).toBe(0);
    const listed = await run('list', '--json');
    expect(listed.code).toBe(0);
    expect(listed.json()).toMatchObject({
      state: 'ok',
      monitoring: { source: 'alertmanager', alerts: [] },
      received: expect.arrayContaining([expect.objectContaining({ name: 'HoldfastTest', status: 'firing' })]),
    });
  });
});

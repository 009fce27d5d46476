import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const alertmanagerProgram = {
  command: 'prometheus-alertmanager',
  install: 'apt-get install -y prometheus-alertmanager',
};

export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly endsAt?: string;
}

/** A real Alertmanager on a loopback port with this configuration and our templates. */
export interface RunningAlertmanager extends AsyncDisposable {
  post(...alerts: readonly PostedAlert[]): Promise<void>;
  /** Fingerprint-free view: alert name -> `active` or `suppressed`. */
  states(): Promise<Record<string, string>>;
}

const START_DEADLINE_MS = 15_000;

export async function startAlertmanager(config: string): Promise<RunningAlertmanager> {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-alertmanager-'));
  writeFileSync(path.join(directory, 'alertmanager.yml'), config);
  cpSync(path.resolve(import.meta.dirname, '../templates'), path.join(directory, 'templates'), {
    recursive: true,
  });
  const port = await freePort();
  const child = spawn(
    alertmanagerProgram.command,
    [
      '--config.file=alertmanager.yml',
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--storage.path=data',
    ],
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const api = `http://127.0.0.1:${port}`;
  await untilReady(`${api}/-/ready`, () => `exit ${child.exitCode}: ${log}`);

  return {
    async post(...alerts) {
      const response = await fetch(`${api}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts),
      });
      if (!response.ok) throw new Error(`Alertmanager refused: ${await response.text()}`);
    },
    async states() {
      const response = await fetch(`${api}/api/v2/alerts`);
      const alerts = (await response.json()) as {
        labels: { alertname: string };
        status: { state: string };
      }[];
      return Object.fromEntries(alerts.map(({ labels, status }) => [labels.alertname, status.state]));
    },
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(directory, { recursive: true });
    },
  };
}

async function untilReady(url: string, describe: () => string): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline) {
    const ready = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Alertmanager did not become ready (${describe()})`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

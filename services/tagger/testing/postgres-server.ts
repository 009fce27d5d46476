import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ServerProgram } from '@holdfast/runtime/testing/needs-server';
import pg from 'pg';

/** Debian keeps the server's programs out of PATH, one folder per version. */
const DEBIAN_ROOT = '/usr/lib/postgresql';

function findProgram(name: string): string {
  const debian = existsSync(DEBIAN_ROOT)
    ? readdirSync(DEBIAN_ROOT).map((release) => join(DEBIAN_ROOT, release, 'bin'))
    : [];
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...debian];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? name;
}

export const postgresProgram: ServerProgram = {
  command: findProgram('postgres'),
  install: 'apt-get install -y --no-install-recommends postgresql',
};

/** A real PostgreSQL on a loopback port that can be treated badly. Disposing it kills it and removes its data. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  /** Makes an empty database; resolves with its URL. */
  createDatabase(): Promise<string>;
  /** `kill -9` of the server process; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT for the server and all of its connections. */
  signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

const START_TIMEOUT_MS = 20_000;

/** Starts a server of its own in a temporary folder; rejects when it is not installed or does not come up. */
export async function startPostgres(): Promise<PostgresServer> {
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const initdb = spawnSync(
    findProgram('initdb'),
    ['-D', data, '-U', 'holdfast', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.error?.message ?? initdb.stderr}`);
  const port = await freePort();
  const url = `postgres://holdfast@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | null = null;
  let databases = 0;

  /** After a `kill -9` the old server's children hold its memory for a moment, and a new one ends at once. */
  async function start(): Promise<void> {
    const settings = [
      'listen_addresses=127.0.0.1',
      'max_connections=60',
      'fsync=off',
      `unix_socket_directories=${folder}`,
    ];
    const arguments_ = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    const deadline = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const started = spawn(postgresProgram.command, arguments_, { ...user, cwd: folder, stdio: 'ignore' });
      child = started;
      if (await isAnswering(url, () => started.exitCode !== null, deadline)) return;
    }
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await gone;
  }

  await start();
  return {
    url,
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      await query(url, `create database ${name}`);
      return url.replace(/postgres$/, name);
    },
    kill,
    start,
    signalAll(signal) {
      for (const pid of [child?.pid, ...childrenOf(child?.pid)]) if (pid) process.kill(pid, signal);
    },
    async [Symbol.asyncDispose]() {
      for (const pid of childrenOf(child?.pid)) process.kill(pid, 'SIGCONT');
      await kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** The server refuses to run as root; Debian's package makes a user for it. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function childrenOf(pid: number | undefined): number[] {
  if (pid === undefined || !existsSync(`/proc/${pid}`)) return [];
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .flatMap((word) => Number(word) || []);
}

/** True once the server answers, false when it has ended; rejects at the deadline. */
async function isAnswering(url: string, ended: () => boolean, deadline: number): Promise<boolean> {
  for (;;) {
    const answers = await query(url, 'select 1').then(
      () => true,
      () => false,
    );
    if (answers || ended()) return answers;
    if (performance.now() > deadline) throw new Error('postgres does not answer');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs one statement over a connection of its own. */
export async function query(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query(sql, values);
    return rows;
  } finally {
    await client.end();
  }
}

/** A loopback port nothing listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

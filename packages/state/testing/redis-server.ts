import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerProgram } from '@holdfast/runtime/testing/needs-server';

export const redisProgram: ServerProgram = {
  command: 'redis-server',
  install: 'apt-get install -y redis-server',
};

/** A real Redis on a loopback port that can be treated badly. Disposing it kills it. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts an empty one on the same port. */
  restart(): Promise<void>;
  /** SIGSTOP: connections are accepted and nothing is ever answered. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Sends one command over a connection of its own and returns the first line of the reply. */
  command(...words: readonly string[]): Promise<string>;
  flushAll(): Promise<void>;
}

export interface RedisServerOptions {
  readonly port?: number;
  /** Further arguments, e.g. `['--cluster-enabled', 'yes']`. */
  readonly args?: readonly string[];
  /** Runs as a sentinel that watches this server under this name. */
  readonly sentinelFor?: { readonly name: string; readonly port: number };
}

const START_TIMEOUT_MS = 10_000;
const FIRST_PORT = 12_000;
/** Test workers that choose at the same time must not choose the same. */
const SLICES = 4;
const PORTS_PER_SLICE = 2_500;

/** Starts `redis-server` without persistence; rejects when it is not installed or does not come up. */
export async function startRedis({
  port,
  args = [],
  sentinelFor,
}: RedisServerOptions = {}): Promise<RedisServer> {
  const usedPort = port ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-redis-'));
  let child = await launch();

  async function launch(): Promise<ChildProcess> {
    const shared = ['--port', String(usedPort), '--bind', '127.0.0.1', '--dir', directory];
    const launched = spawn(
      redisProgram.command,
      sentinelFor
        ? [sentinelConfig(sentinelFor), ...shared, '--sentinel']
        : [...shared, '--save', '', '--appendonly', 'no', ...args],
      { stdio: 'ignore' },
    );
    const failed = once(launched, 'exit').then(([code]) => {
      throw new Error(`redis-server ended with ${code} at its start`);
    });
    failed.catch(() => {});
    try {
      await Promise.race([failed, untilAnswering(usedPort)]);
    } catch (error) {
      launched.kill('SIGKILL');
      throw error;
    }
    return launched;
  }

  function sentinelConfig({ name, port: watched }: { name: string; port: number }): string {
    const file = join(directory, 'sentinel.conf');
    writeFileSync(file, `sentinel monitor ${name} 127.0.0.1 ${watched} 1\n`);
    return file;
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  return {
    port: usedPort,
    url: `redis://127.0.0.1:${usedPort}`,
    kill,
    async restart() {
      await kill();
      child = await launch();
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    command: (...words) => ask(usedPort, words),
    async flushAll() {
      await ask(usedPort, ['FLUSHALL']);
    },
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function untilAnswering(port: number): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const reply = await ask(port, ['PING']).catch(() => null);
    if (reply === '+PONG' || reply?.startsWith('-NOAUTH')) return;
    if (performance.now() > deadline) throw new Error(`redis-server on port ${port} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function ask(port: number, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let reply = '';
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('redis-server closed the connection')));
    socket.on('data', (chunk) => {
      reply += chunk.toString('utf8');
      const end = reply.indexOf('\r\n');
      if (end === -1) return;
      resolve(reply.slice(0, end));
      socket.destroy();
    });
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${parts.join('')}`);
  });
}

/**
 * A loopback port nothing listens on now. Below the range that outgoing connections are given (and so is a cluster's bus, 10000
 * higher): else one of them, even a dial to this very port, may have it when a killed server wants it back.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const slice = Number(process.env.JEST_WORKER_ID ?? 0) % SLICES;
    const port = FIRST_PORT + Math.floor((slice + Math.random()) * PORTS_PER_SLICE);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('no free port found');
}

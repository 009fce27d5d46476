import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './until.ts';

export interface Torrent extends AsyncDisposable {
  readonly baseUrl: string;
  sentBytes(): number;
  /** Resolves once it has sent nothing for over two seconds: whoever reads has stopped. */
  untilStill(): Promise<void>;
}

const STILL_REPORTS = 10;

/** Runs `torrent.ts`. */
export async function startTorrent(): Promise<Torrent> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'torrent.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [baseUrl] = await once(lines, 'line');
  const reports: number[] = [];
  lines.on('line', (line) => reports.push(Number(line)));
  return {
    baseUrl,
    sentBytes: () => reports.at(-1) ?? 0,
    async untilStill() {
      const begun = reports.length;
      await until(
        'nothing is sent any more',
        () => {
          const last = reports.slice(-STILL_REPORTS);
          return reports.length > begun + STILL_REPORTS && last.every((sent) => sent === last[0]);
        },
        90_000,
        100,
      );
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** Clients that ask and then read nothing; disposing them closes their connections. */
export function openUnreadStreams(url: string, count: number, body: unknown): Disposable {
  const { hostname, port, pathname } = new URL(url);
  const text = JSON.stringify(body);
  const sockets = Array.from({ length: count }, (): Socket => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.pause();
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
    return socket;
  });
  return {
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

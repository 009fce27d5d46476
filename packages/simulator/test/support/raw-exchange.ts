import { connect } from 'node:net';

export interface RawExchange {
  readonly bytes: Buffer;
  /** Status line and headers. */
  readonly head: string;
  /** Everything after the blank line, as it came: chunk sizes included. */
  readonly rest: string;
  /** How the connection ended; `open` when nothing came for a second, or nothing more for 150 ms. */
  readonly end: 'fin' | 'rst' | 'open';
}

/** Sends one POST over a socket of its own and reports every byte of what comes back. */
export function rawExchange(url: string, body: unknown): Promise<RawExchange> {
  const { hostname, port, pathname, host } = new URL(url);
  const payload = Buffer.from(JSON.stringify(body));
  const socket = connect(Number(port), hostname);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const finish = (end: RawExchange['end']) => {
      clearTimeout(quiet);
      socket.destroy();
      const bytes = Buffer.concat(chunks);
      const [head = '', ...rest] = bytes.toString().split('\r\n\r\n');
      resolve({ bytes, head, rest: rest.join('\r\n\r\n'), end });
    };
    let quiet = setTimeout(() => finish('open'), 1_000);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(() => finish('open'), 150);
    });
    socket.on('end', () => finish('fin'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') finish('rst');
      else reject(error);
    });
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${payload.length}\r\n\r\n`,
    );
    socket.write(payload);
  });
}

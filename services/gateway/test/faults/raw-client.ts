import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestGateway } from '../start-gateway.ts';

/** A client that sends exactly the bytes it is told to. */
export interface RawClient extends AsyncDisposable {
  readonly socket: Socket;
  send(bytes: string | Buffer): void;
  /** All bytes received so far. */
  received(): string;
  /** Resolves with what was received once it fits; rejects after 5 s. */
  receives(pattern: RegExp): Promise<string>;
  /** Resolves with everything received once the gateway has closed the connection. */
  closed(): Promise<string>;
}

const WAIT_MS = 5000;

export async function rawClient({ port }: Pick<TestGateway, 'port'>): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  let changed = Promise.withResolvers<void>();
  const news = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    news();
  });
  socket.on('error', () => {}); // a reset is an ordinary end here
  socket.on('close', news);
  await once(socket, 'connect');
  const received = () => Buffer.concat(chunks).toString('latin1');

  async function until(isDone: () => boolean, what: string): Promise<string> {
    const timer = setTimeout(() => socket.destroy(), WAIT_MS);
    try {
      while (!isDone()) {
        if (socket.destroyed) throw new Error(`closed before ${what}, after: ${received().slice(0, 300)}`);
        await changed.promise;
      }
      return received();
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    received,
    receives: (pattern) => until(() => pattern.test(received()), String(pattern)),
    async closed() {
      if (!socket.closed) await once(socket, 'close', { signal: AbortSignal.timeout(WAIT_MS) });
      return received();
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

/** Sends one request and reads until the connection ends. */
export async function exchangeRaw(gateway: TestGateway, bytes: string | Buffer): Promise<string> {
  await using client = await rawClient(gateway);
  client.send(bytes);
  return await client.closed();
}

/** A request as text; its length is right unless `headers` say otherwise. */
export function requestText(
  body: string,
  headers: readonly string[] = [],
  line = 'POST /v1/chat/completions HTTP/1.1',
): string {
  const given = headers.some((header) => /^(?:content-length|transfer-encoding)/i.test(header));
  return [
    line,
    'host: gateway',
    'content-type: application/json',
    'connection: close',
    ...(given ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
    ...headers,
    '',
    body,
  ].join('\r\n');
}

export const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);

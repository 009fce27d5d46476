import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type RawConnection, rawConnection } from './raw/raw-connection.ts';
import type { RawRequest } from './raw/request-reader.ts';
import type { SelfSigned } from './raw/self-signed-certificate.ts';
import { createWaiters } from './waiters.ts';

export type { RawConnection } from './raw/raw-connection.ts';
export type { RawRequest } from './raw/request-reader.ts';

/** What is done with each connection; runs once per connection, errors of a connection that is gone are ignored. */
export type RawScript = (connection: RawConnection) => Promise<void> | void;

export interface RawUpstreamOptions {
  /** Speaks TLS with this certificate. */
  readonly tls?: SelfSigned;
  /** Protocols offered over TLS. */
  readonly alpn?: readonly string[];
  /** `https` in the URL although the port speaks plain TCP. */
  readonly scheme?: 'http' | 'https';
}

/** A byte-exact upstream that records every byte and connection. */
export interface RawUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** `<url>/v1`. */
  readonly baseUrl: string;
  /** PEM of the certificate to trust; null without TLS. */
  readonly ca: string | null;
  /** TCP connections so far; over TLS also those whose handshake failed. */
  accepted(): number;
  /** Those in the hands of the script. */
  readonly connections: readonly RawConnection[];
  /** Complete requests of all connections, in the order of their connections. */
  requests(): RawRequest[];
  waitForConnections(count: number, timeoutMs?: number): Promise<readonly RawConnection[]>;
  waitForRequests(count: number, timeoutMs?: number): Promise<RawRequest[]>;
  /** Resolves once no connection is open. */
  waitForAllClosed(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

const WAIT_MS = 5_000;

/** Starts a TCP server on a free loopback port that plays the script on every connection. */
export async function startRawUpstream(
  script: RawScript,
  options: RawUpstreamOptions = {},
): Promise<RawUpstream> {
  const { tls, alpn, scheme = tls ? 'https' : 'http' } = options;
  const waiters = createWaiters();
  const connections: RawConnection[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;

  function play(socket: Socket): void {
    const connection = rawConnection(connections.length + 1, socket, waiters.changed);
    connections.push(connection);
    waiters.changed();
    Promise.resolve(script(connection)).catch((error: unknown) => {
      if (connection.isOpen()) socket.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  }

  const server = tls
    ? createTlsServer({ ...tls, ...(alpn && { ALPNProtocols: [...alpn] }) }, play)
    : createServer(play);
  server.on('tlsClientError', () => {}); // the caller did not like the certificate
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const url = `${scheme}://127.0.0.1:${port}`;
  const requests = () => connections.flatMap((connection) => connection.requests);

  let closing: Promise<void> | undefined;
  const upstream: RawUpstream = {
    url,
    port,
    baseUrl: `${url}/v1`,
    ca: tls?.cert ?? null,
    accepted: () => accepted,
    connections,
    requests,
    waitForConnections: (count, timeoutMs = WAIT_MS) =>
      waiters.until(
        () => (connections.length >= count ? connections : undefined),
        timeoutMs,
        () => `${connections.length} of ${count} connections`,
      ),
    waitForRequests: (count, timeoutMs = WAIT_MS) =>
      waiters.until(
        () => (requests().length >= count ? requests() : undefined),
        timeoutMs,
        () => `${requests().length} of ${count} requests`,
      ),
    waitForAllClosed: (timeoutMs = WAIT_MS) =>
      waiters
        .until(
          () => (connections.some((connection) => connection.isOpen()) ? undefined : null),
          timeoutMs,
          () => 'still open connections',
        )
        .then(() => undefined),
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
      return closing;
    },
    [Symbol.asyncDispose]: () => upstream.close(),
  };
  return upstream;
}

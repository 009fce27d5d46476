import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchExchanges } from './drain.ts';

export interface Listening {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  /** Refuses new connections, closes idle ones, lets running exchanges end for at most `drainMs`, then cuts them. Later calls join the first. */
  close(drainMs?: number): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** What Node takes only when the server is made. */
  readonly options?: ServerOptions;
  /** Called with the bare server before it listens, to set limits and timeouts. */
  readonly configure?: (server: Server) => void;
}

/** Starts an HTTP server; rejects with the listen error (address in use, no permission). */
export async function listen(
  handler: RequestListener,
  { host, port, options = {}, configure }: ListenOptions,
): Promise<Listening> {
  const server = createServer(options, handler);
  const exchanges = watchExchanges(server);
  let closing: Promise<void> | undefined;
  configure?.(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shownHost =
    host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return {
    server,
    port: address.port,
    url: `http://${shownHost}:${address.port}`,
    close(drainMs = 0) {
      closing ??= exchanges.drain(drainMs);
      return closing;
    },
  };
}

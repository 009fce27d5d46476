import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What one connection, and one address, may take of the client port (FAULTS C04, C13, C14, I17). */
export interface ServerLimits {
  /** For the headers of a request, and for the whole of it; not for its answer. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often slow requests are looked for. */
  readonly checkEveryMs: number;
  readonly connections: number;
  /** Half of all, so that one address never shuts the others out; all clients behind one proxy share an address. */
  readonly connectionsPerAddress: number;
}

export const SERVER_LIMITS: ServerLimits = {
  headersMs: 15_000,
  requestMs: 60_000,
  checkEveryMs: 5000,
  connections: 20_000,
  connectionsPerAddress: 10_000,
};

/** Most headers of a request; Node would leave the rest out without a word, so it is let see one more. */
export const MAX_HEADERS = 100;
const KEEP_ALIVE_MS = 75_000;

export const serverOptions = (limits: ServerLimits): ServerOptions => ({
  headersTimeout: limits.headersMs,
  requestTimeout: limits.requestMs,
  connectionsCheckingInterval: limits.checkEveryMs,
  keepAliveTimeout: KEEP_ALIVE_MS,
});

export function limitServer(server: Server, limits: ServerLimits): void {
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.maxConnections = limits.connections;
  limitPerAddress(server, limits.connectionsPerAddress);
  server.on('checkContinue', continueWhenRead);
}

function limitPerAddress(server: Server, most: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = open.get(address)! - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > most) socket.destroy();
  });
}

/**
 * A client that waits for `100 Continue` gets it when somebody begins to read the body: what is refused by key, type or length
 * is refused before it is sent.
 */
function continueWhenRead(this: Server, request: IncomingMessage, response: ServerResponse): void {
  request.once('resume', () => {
    if (!response.headersSent) response.writeContinue();
  });
  this.emit('request', request, response);
}

import { isIP } from 'node:net';
import { allowedLookup } from '@holdfast/config/allowed-lookup';
import type { Config, Endpoint } from '@holdfast/config/types';
import { Client, Pool } from 'undici';

/** What a call is told of the connection it is sent on. */
export interface ConnectionUse {
  /** Requests sent on it before. */
  uses: number;
}

/** A handler that wants to know its connection; set before undici starts the request. */
export interface KnowsConnection {
  connection: ConnectionUse | null;
}

/** The connections to one endpoint: those that are kept, and one-off ones. */
export interface Connections {
  readonly pool: Pool;
  /** To be found by the name service; null for an address. */
  readonly hostname: string | null;
  /** For a call that must not meet a connection that has gone stale; close it when the call is under way. */
  openFresh(): Client;
}

const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** No timers of undici's but the connect one, which also covers TLS: the attempt has its own, exact and content-aware. */
export function openConnections(endpoint: Endpoint, config: Config): Connections {
  const { origin, hostname } = new URL(endpoint.baseUrl);
  const options = {
    connect: { timeout: config.timeouts.connectMs, lookup: allowedLookup() },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 15_000,
    maxResponseSize: MAX_RESPONSE_BYTES,
    allowH2: false,
  };
  return {
    hostname: isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : null,
    pool: new Pool(origin, { ...options, factory: (url, given) => countUses(new Client(url, given)) }),
    openFresh: () => countUses(new Client(origin, options)),
  };
}

/** A client has one connection at a time and says when it opens one; undici itself does not tell a request which it got. */
function countUses(client: Client): Client {
  const connection: ConnectionUse = { uses: 0 };
  client.on('connect', () => {
    connection.uses = 0;
  });
  const dispatch = client.dispatch.bind(client);
  client.dispatch = (options, handler) => {
    (handler as typeof handler & KnowsConnection).connection = connection;
    return dispatch(options, handler);
  };
  return client;
}

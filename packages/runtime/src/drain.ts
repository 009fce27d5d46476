import type { Server, ServerResponse } from 'node:http';
import { type Socket, Server as TcpServer } from 'node:net';

/** What one client connection waits for. */
interface Connection {
  /** Requests whose answer is not out yet. */
  running: number;
  /** The answer to the latest of them. */
  latest: ServerResponse | null;
}

/**
 * Watches a server's exchanges from now on, so that it can end without cutting one. Call it before the server listens.
 * Node's own `server.close()` will not do: it leaves connections that never sent a request, keeps each used one for its
 * keep-alive time, and cuts an answer that is written but not yet read by a slow client.
 */
export function watchExchanges(server: Server): { drain(ms: number): Promise<void> } {
  const connections = new Map<Socket, Connection>();
  let draining = false;

  server.on('connection', (socket) => {
    connections.set(socket, { running: 0, latest: null });
    socket.once('close', () => connections.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    const connection = connections.get(socket);
    if (!connection) return; // closed already
    connection.running++;
    connection.latest = response;
    if (draining) response.setHeader('connection', 'close');
    response.on('close', () => {
      connection.running--;
      if (connection.latest === response) connection.latest = null;
      if (draining) closeWhenIdle(connection, socket);
    });
  });

  return {
    drain: (ms) =>
      new Promise((resolve) => {
        draining = true;
        const cut = setTimeout(() => {
          for (const socket of connections.keys()) socket.destroy();
        }, ms);
        TcpServer.prototype.close.call(server, () => {
          clearTimeout(cut);
          // Nothing is left to cut; this ends the interval in which the server looked for slow requests.
          server.close(() => resolve());
        });
        for (const [socket, connection] of connections) {
          if (connection.latest?.headersSent === false) connection.latest.setHeader('connection', 'close');
          closeWhenIdle(connection, socket);
        }
      }),
  };
}

function closeWhenIdle({ running }: Connection, socket: Socket): void {
  // Soon: after what was written to it has been sent.
  if (running === 0) socket.destroySoon();
}

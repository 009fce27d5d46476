import type { Server, ServerResponse } from 'node:http';
import { type Socket, Server as TcpServer } from 'node:net';

/**
 * Watches a server's exchanges from now on, so that it can end without cutting one. Call it before the server listens.
 * Node's own `server.close()` will not do: it leaves connections that never sent a request, keeps each used one for its
 * keep-alive time, and cuts an answer that is written but not yet read by a slow client.
 */
export function watchExchanges(server: Server): { drain(ms: number): Promise<void> } {
  const sockets = new Set<Socket>();
  const running = new Set<ServerResponse>();
  let draining = false;

  const closeWhenIdle = (socket: Socket) => {
    for (const response of running) if (response.socket === socket) return;
    // Soon: after what was written to it has been sent.
    socket.destroySoon();
  };

  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    running.add(response);
    if (draining) response.setHeader('connection', 'close');
    response.once('close', () => {
      running.delete(response);
      if (draining) closeWhenIdle(socket);
    });
  });

  return {
    drain: (ms) =>
      new Promise((resolve) => {
        draining = true;
        const cut = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, ms);
        TcpServer.prototype.close.call(server, () => {
          clearTimeout(cut);
          // Nothing is left to cut; this ends the interval in which the server looked for slow requests.
          server.close(() => resolve());
        });
        for (const response of running) if (!response.headersSent) response.setHeader('connection', 'close');
        for (const socket of sockets) closeWhenIdle(socket);
      }),
  };
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CannedServer extends AsyncDisposable {
  readonly url: string;
}

/** A loopback server that answers every request with the same bytes. */
export async function serve(status: number, contentType: string, body: Buffer): Promise<CannedServer> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': contentType, 'content-length': body.length }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

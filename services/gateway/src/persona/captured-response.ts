import type { ServerResponse } from 'node:http';
import type { ClientResponse } from '../respond/client-response.ts';

/** Takes the place of a client's response: what an exchange answers stays here, and the client's leaving is noticed there. */
export interface CapturedResponse extends ClientResponse {
  /** The answer so far. */
  body(): Buffer;
}

export function captureResponse(client: ServerResponse): CapturedResponse {
  const pieces: Buffer[] = [];
  let ended = false;
  const keep = (bytes: Buffer | string, encoding?: BufferEncoding) =>
    void pieces.push(typeof bytes === 'string' ? Buffer.from(bytes, encoding) : bytes);
  return {
    writeHead() {},
    write(bytes, done) {
      keep(bytes);
      done?.();
      return true;
    },
    end(bytes?: Buffer | string, encoding?: 'latin1') {
      if (bytes !== undefined) keep(typeof bytes === 'string' ? Buffer.from(bytes, encoding) : bytes);
      ended = true;
    },
    destroy: () => client.destroy(),
    on: (event, listener) => client.on(event, listener),
    once: (event, listener) => client.once(event, listener),
    get destroyed() {
      return client.destroyed;
    },
    writableNeedDrain: false,
    get writableFinished() {
      return ended;
    },
    body: () => Buffer.concat(pieces),
  };
}

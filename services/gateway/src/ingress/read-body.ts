import type { IncomingMessage, ServerResponse } from 'node:http';
import { Collector } from '../collector.ts';

export type BodyResult =
  | { readonly kind: 'body'; readonly body: Buffer }
  | { readonly kind: 'too_large' }
  /** The client went away while sending. */
  | { readonly kind: 'gone' };

/** Reads a request body of at most `maxBytes`. A declared length over it is refused before a byte is read. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyResult> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes)
    return Promise.resolve({ kind: 'too_large' });
  return new Promise((resolve) => {
    const collector = new Collector(maxBytes);
    request.on('data', (chunk: Buffer) => {
      if (collector.add(chunk)) return;
      request.removeAllListeners('data');
      request.resume();
      resolve({ kind: 'too_large' });
    });
    request.on('end', () => resolve({ kind: 'body', body: collector.take() }));
    // Behind the end it says nothing new. An error it follows is told to nobody who did not ask.
    request.on('close', () => resolve({ kind: 'gone' }));
  });
}

/** How much of a refused body is let pass by. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/**
 * For a request that is answered before all of it was read. A client in the middle of sending would not see the answer if the
 * connection were cut: the rest is let pass by, within bounds. One that waits for `100 Continue` will not send it.
 */
export function leaveUnread(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect !== undefined) {
    response.shouldKeepAlive = false;
    return;
  }
  let left = MAX_DISCARDED_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}

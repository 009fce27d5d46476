import type { ClientResponse } from './client-response.ts';

/** Up to this size head and body leave in one write, which takes a string; latin1 keeps every byte as it is. */
const ONE_WRITE_BYTES = 16 * 1024;

/**
 * Ends a response, and drops a client that then takes nothing for `stallMs`: Node itself would keep the bytes for it for
 * ever (FAULTS S16).
 */
export function endResponse(response: ClientResponse, body: Buffer | null, stallMs: number): void {
  if (body === null) response.end();
  else if (body.length <= ONE_WRITE_BYTES) response.end(body.toString('latin1'), 'latin1');
  else response.end(body);
  dropIfStalled(response, stallMs);
}

/** Any progress of the client's starts the time anew; a kept connection gets its own time when the response is out. */
export function dropIfStalled(response: ClientResponse, stallMs: number): void {
  if ((response.writableLength ?? 0) > 0) response.socket?.setTimeout(stallMs);
}

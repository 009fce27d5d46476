import type { ClientResponse } from './client-response.ts';

/**
 * Ends a response, and drops a client that then takes nothing for `stallMs`: Node itself would keep the bytes for it for
 * ever (FAULTS S16).
 */
export function endResponse(response: ClientResponse, body: Buffer | null, stallMs: number): void {
  if (body) response.end(body);
  else response.end();
  dropIfStalled(response, stallMs);
}

/** Any progress of the client's starts the time anew; a kept connection gets its own time when the response is out. */
export function dropIfStalled(response: ClientResponse, stallMs: number): void {
  if ((response.writableLength ?? 0) > 0) response.socket?.setTimeout(stallMs);
}

import type { ClientFault } from '../dialect.ts';
import { dataEvent, namedEvent } from '../sse/write-event.ts';

/** `{"error": {message, type, code, param, attempts}}`, for every OpenAI dialect. */
export function errorBody(fault: ClientFault): Buffer {
  return Buffer.from(JSON.stringify({ error: errorOf(fault) }));
}

/** As chat and completions streams report an error: a chunk that is an error document. */
export function errorEvent(fault: ClientFault): Buffer {
  return Buffer.from(dataEvent({ error: errorOf(fault) }));
}

/**
 * The Responses API documents a flat `error` event, and servers send a nested one; this is both. The sequence number is
 * not known here, so it is left out.
 */
export function responsesErrorEvent(fault: ClientFault): Buffer {
  const { code, message, param } = fault;
  return Buffer.from(namedEvent('error', { type: 'error', code, message, param, error: errorOf(fault) }));
}

function errorOf(fault: ClientFault): object {
  const { message, type, code, param, attempts } = fault;
  return attempts === undefined ? { message, type, code, param } : { message, type, code, param, attempts };
}

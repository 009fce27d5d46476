import type { ClientFault } from '../dialect.ts';
import { namedEvent } from '../sse/write-event.ts';

/** docs.anthropic.com, "Errors"; what is not here is an `api_error`. */
const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/**
 * `{"type": "error", "error": {type, message, code, details: {error_code}, attempts}, "request_id"}`: `code` as in the OpenAI dialects,
 * for what the types cannot say, and again where Anthropic's SDK looks for codes.
 */
export function errorBody(fault: ClientFault): Buffer {
  return Buffer.from(JSON.stringify(documentOf(fault)));
}

/** `event: error` with the same document. */
export function errorEvent(fault: ClientFault): Buffer {
  return Buffer.from(namedEvent('error', documentOf(fault)));
}

function documentOf(fault: ClientFault): object {
  const type = TYPES[fault.status] ?? 'api_error';
  const { message, code, attempts } = fault;
  const details = code === null ? {} : { code, details: { error_code: code } };
  return {
    type: 'error',
    error: { type, message, ...details, ...(attempts && { attempts }) },
    request_id: fault.requestId,
  };
}

import type { Protocol } from './call.ts';

const OPENAI_TYPES: Readonly<Record<number, string>> = {
  401: 'invalid_request_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

interface ErrorDetails {
  readonly code?: string;
  readonly param?: string;
}

/** An error body as the protocol's provider writes it. */
export function dialectError(
  protocol: Protocol,
  status: number,
  message: string,
  { code, param }: ErrorDetails = {},
): Record<string, unknown> {
  if (protocol === 'anthropic') {
    const type = ANTHROPIC_TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
    return { type: 'error', error: { type, message }, request_id: 'req_simulator' };
  }
  const type = OPENAI_TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  return { error: { message, type, param: param ?? null, code: code ?? null } };
}

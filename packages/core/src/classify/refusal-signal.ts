import type { Observation } from '../verdict.ts';

type Refused = Extract<Observation, { kind: 'refused' }>;

/** A refusal reduced to what may decide: status first, then codes, then words. */
export interface RefusalSignal {
  /** The HTTP status, or for an error inside a 200 the one the body names or implies; null when it says nothing. */
  readonly status: number | null;
  /** Structured words, lower-case: code, type, and the headers that name the limit. */
  readonly codes: readonly string[];
  /** The message's beginning, lower-case, for the patterns of last resort. */
  readonly text: string;
  readonly refused: Refused;
}

const MAX_TEXT = 2000;

/** Types and codes that imply a status, for errors that travel inside a 200. Sources: the error references of Anthropic, OpenAI, google.rpc.Code. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  invalid_argument: 400,
  failed_precondition: 400,
  context_length_exceeded: 400,
  content_filter: 400,
  tool_use_failed: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  unauthenticated: 401,
  billing_error: 402,
  payment_required: 402,
  insufficient_credits: 402,
  permission_error: 403,
  permission_denied: 403,
  not_found_error: 404,
  not_found: 404,
  model_not_found: 404,
  request_too_large: 413,
  tokens_limit_reached: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  ratelimitreached: 429,
  too_many_requests: 429,
  resource_exhausted: 429,
  insufficient_quota: 429,
  queue_exceeded: 429,
  api_error: 500,
  server_error: 500,
  internal: 500,
  internal_error: 500,
  internal_server_error: 500,
  unavailable: 503,
  service_unavailable: 503,
  timeout_error: 504,
  deadline_exceeded: 504,
  overloaded_error: 529,
};

/** Reads the deciding signals out of a refusal. */
export function refusalSignal(refused: Refused): RefusalSignal {
  const { error, headers } = refused;
  const codes = [error.code, error.type, headers['x-ratelimit-type'], headers['x-ms-error-code']]
    .filter((code): code is string => typeof code === 'string' && code !== '')
    .map((code) => code.slice(0, 100).toLowerCase());
  return {
    status: effectiveStatus(refused, codes),
    codes,
    text: error.message.slice(0, MAX_TEXT).toLowerCase(),
    refused,
  };
}

function effectiveStatus({ status, error }: Refused, codes: readonly string[]): number | null {
  if (status < 200 || status > 299) return status;
  if (error.status !== null && error.status >= 400 && error.status <= 599) return error.status;
  const telling = codes.find((code) => Object.hasOwn(STATUS_BY_CODE, code));
  return telling === undefined ? null : STATUS_BY_CODE[telling]!;
}

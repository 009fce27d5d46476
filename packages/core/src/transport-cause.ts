import type { TransportCause } from './verdict.ts';

/** Error codes of Node, OpenSSL's wrapper and undici whose meaning does not depend on anything else. */
const BY_CODE: Readonly<Record<string, TransportCause>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EHOSTDOWN: 'refused',
  ENETDOWN: 'refused',
  EADDRNOTAVAIL: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  ENOENT: 'refused', // a unix socket that is not there
  ENOTFOUND: 'dns',
  ENODATA: 'dns',
  EAI_NONAME: 'dns',
  EAI_NODATA: 'dns',
  EAI_FAIL: 'dns',
  EAI_AGAIN: 'dns_temporary',
  ESERVFAIL: 'dns_temporary',
  ETIMEOUT: 'dns_temporary',
  EPROTO: 'tls',
  HOSTNAME_MISMATCH: 'tls',
  INVALID_CA: 'tls',
  INVALID_PURPOSE: 'tls',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_HEADERS_TIMEOUT: 'headers_timeout',
  UND_ERR_BODY_TIMEOUT: 'body_timeout',
  UND_ERR_HEADERS_OVERFLOW: 'headers_overflow',
  HPE_HEADER_OVERFLOW: 'headers_overflow',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'length_mismatch',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'length_mismatch',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too_large',
  ERR_BUFFER_TOO_LARGE: 'too_large', // zlib's maxOutputLength
  ERR_STREAM_PREMATURE_CLOSE: 'truncated',
  // Our own pool was closed or replaced under the request: nothing went out, as with a refused stream.
  UND_ERR_CLOSED: 'refused_stream',
  UND_ERR_DESTROYED: 'refused_stream',
};

const BY_PREFIX: readonly (readonly [RegExp, TransportCause])[] = [
  [
    /^(?:ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|PATH_LENGTH_|ERROR_IN_C)/,
    'tls',
  ],
  [/^HPE_/, 'protocol'],
  [/^(?:Z_|ERR_ZLIB|ERR_BROTLI|ERR__ERROR_|ZSTD_error)/, 'encoding'],
];

/** An error of undici says `other side closed` for every clean close, `bad response` for a 100 it did not ask for [M]. */
const BY_MESSAGE: readonly (readonly [RegExp, TransportCause])[] = [
  [/REFUSED_STREAM/, 'refused_stream'],
  [/bad response/i, 'unexpected_continue'],
];

const MAX_DEPTH = 4;
const MAX_DETAIL = 200;

interface ErrorLike {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/**
 * What an error of Node's or undici's means, in our words. `headersSeen`: the response had begun, so a closed or reset
 * connection is a truncated answer. `detail` is for the log, never for the client. Never throws, whatever it is given.
 */
export function transportCause(
  error: unknown,
  headersSeen = false,
): { readonly cause: TransportCause; readonly detail: string } {
  const cause = find(error, 0) ?? 'other';
  return {
    cause: headersSeen && (cause === 'closed' || cause === 'reset') ? 'truncated' : cause,
    detail: detailOf(error),
  };
}

function find(error: unknown, depth: number): TransportCause | null {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return null;
  const { name, code, message, syscall, cause, errors } = error as ErrorLike;
  if (code === 'ETIMEDOUT' && (syscall === 'read' || syscall === 'write')) return 'reset';
  if (typeof message === 'string') {
    const told = BY_MESSAGE.find(([pattern]) => pattern.test(message.slice(0, MAX_DETAIL)));
    if (told) return told[1];
  }
  if (typeof code === 'string') {
    const known = Object.hasOwn(BY_CODE, code)
      ? BY_CODE[code]
      : BY_PREFIX.find(([pattern]) => pattern.test(code))?.[1];
    if (known) return known;
  }
  // undici leaves its parser's `code` undefined for most malformed responses [M].
  if (name === 'HTTPParserError') return 'protocol';
  const inner = find(cause, depth + 1);
  if (inner || !Array.isArray(errors)) return inner;
  // Happy eyeballs: one error per address tried.
  for (const one of errors.slice(0, 10)) {
    const found = find(one, depth + 1);
    if (found) return found;
  }
  return null;
}

function detailOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error).slice(0, MAX_DETAIL);
  const { name, code, message } = error as ErrorLike;
  const label = typeof code === 'string' ? code : typeof name === 'string' ? name : 'Error';
  return `${label}: ${typeof message === 'string' ? message : ''}`.slice(0, MAX_DETAIL);
}

import type { IncomingMessage } from 'node:http';
import { rateLimitHeaders } from '@holdfast/state/rate-limit';
import type { Gateway } from '../gateway.ts';
import type { Identify } from '../policy/client-keys.ts';
import { readBody } from './read-body.ts';
import { type RequestOptions, requestOptions } from './request-options.ts';

/** A body from a client that may ask; nothing is known of what it says. */
export interface Received {
  readonly kind: 'received';
  readonly client: string;
  readonly body: Buffer;
  readonly options: RequestOptions;
  /** Flat pairs for the response: what is left of the client's limit. */
  readonly limitHeaders: readonly string[];
}

/** A request that is wrong, or whose client may not. */
export interface Refused {
  readonly kind: 'refused';
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  /** The field or header at fault. */
  readonly param: string | null;
  readonly model: string;
  readonly headers: readonly string[];
}

/** The client left while it was sending. */
export interface Gone {
  readonly kind: 'gone';
}

const NO_HEADERS: readonly string[] = [];
const RETRY_SOON: readonly string[] = ['retry-after', '2'];

/** What can refuse a request whatever it says, cheapest first: nothing of the body is read for a client that may not ask. */
export async function receive(
  gateway: Gateway,
  identify: Identify,
  request: IncomingMessage,
): Promise<Received | Refused | Gone> {
  const { headers } = request;
  const client = identify(headers);
  if (client === null)
    return refused(
      401,
      'invalid_api_key',
      'Missing or wrong API key: send it as Authorization: Bearer or x-api-key.',
    );
  if (!isJson(headers['content-type']))
    return refused(
      415,
      'unsupported_media_type',
      'Send the body as application/json in UTF-8.',
      'content-type',
    );
  const { 'content-encoding': encoding } = headers;
  if (encoding !== undefined && encoding !== 'identity')
    return refused(415, 'unsupported_media_type', 'Send the body uncompressed.', 'content-encoding');
  const options = requestOptions(headers);
  if ('header' in options)
    return refused(400, 'invalid_header', `Header ${options.header} ${options.message}.`, options.header);

  if (gateway.load.refuses(options.lowPriority, gateway.random))
    return refused(
      503,
      'overloaded',
      'The gateway is overloaded. Try again shortly.',
      null,
      'none',
      RETRY_SOON,
    );

  let limitHeaders = NO_HEADERS;
  if (gateway.rateLimiter) {
    const limits = await gateway.rateLimiter.take(clientLine(gateway, client, request));
    limitHeaders = Object.entries(rateLimitHeaders(limits)).flat();
    if (!limits.allowed) {
      gateway.metrics.rateLimited();
      return refused(
        429,
        'rate_limited',
        `More than ${limits.limit} requests in a minute.`,
        null,
        'none',
        limitHeaders,
      );
    }
  }

  const { maxBodyBytes } = gateway.routing.config.server;
  const read = await readBody(request, maxBodyBytes);
  if (read.kind === 'gone') return read;
  if (read.kind === 'too_large')
    return refused(413, 'request_too_large', `The request body is larger than ${maxBodyBytes} bytes.`);
  return { kind: 'received', client, body: read.body, options, limitHeaders };
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
};

export function refused(
  status: number,
  code: string,
  message: string,
  param: string | null = null,
  model = 'none',
  headers = NO_HEADERS,
): Refused {
  return {
    kind: 'refused',
    status,
    type: TYPES[status] ?? 'invalid_request_error',
    code,
    message,
    param,
    model,
    headers,
  };
}

/** Who shares a limit: the key's name, else the address of the socket. What a header says of the address counts for nothing. */
export function clientLine({ routing }: Gateway, client: string, request: IncomingMessage): string {
  return routing.config.server.clientKeys.length > 0
    ? `key:${client}`
    : `address:${request.socket.remoteAddress ?? 'unknown'}`;
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  if (contentType === undefined || !/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType)) return false;
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

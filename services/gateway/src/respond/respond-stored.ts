import { account } from '../account.ts';
import type { StoredAnswer } from '../cache/stored-answer.ts';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import { endResponse } from './end-response.ts';
import { responseHeaders } from './response-headers.ts';

/** Gives an answer that was given before, in the form it had. */
export function respondStored(
  exchange: Exchange,
  gateway: Gateway,
  { bytes, cluster, endpoint, fallback, dropped }: StoredAnswer,
  cache: 'hit' | 'stale',
): void {
  const { response, stream, facts, trail } = exchange;
  exchange.served = {
    ...exchange.served,
    cluster,
    endpoint,
    fallback,
    dropped,
    cache,
    model: facts.model,
    attempts: trail.length,
  };
  if (stream) {
    stream.finish(bytes, null);
  } else {
    const length = String(bytes.length);
    response.writeHead(200, responseHeaders(exchange.served, 'application/json', 'content-length', length));
    endResponse(response, bytes, gateway.clientTimers.stallMs);
  }
  account(exchange, gateway, 'cache');
}

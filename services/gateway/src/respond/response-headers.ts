/** What the response headers say of one request. */
export interface ServedBy {
  readonly requestId: string;
  readonly cluster: string;
  readonly endpoint: string;
  readonly model: string;
  readonly attempts: number;
  readonly fallback: 'none' | 'endpoint' | 'model' | 'canned';
  readonly cache: 'hit' | 'stale' | 'miss' | 'bypass' | 'off';
  /** Fields of the request that the endpoint could not be told. */
  readonly dropped: readonly string[];
  /** Flat pairs: what is left of the client's limit. */
  readonly limitHeaders: readonly string[];
}

export const NOTHING: readonly string[] = [];
/** What is cached here is cached by tenant; no cache on the way could do that. */
const KEPT_BY_NOBODY_ELSE: readonly string[] = ['cache-control', 'no-store', 'vary', 'Authorization'];

/** A flat list for `writeHead`: the headers that every answer has, then `more`. Upstream headers never travel. */
export function responseHeaders(by: ServedBy, contentType: string, ...more: string[]): string[] {
  const headers = [
    'content-type',
    contentType,
    'x-request-id',
    by.requestId,
    'request-id',
    by.requestId,
    'x-holdfast-cluster',
    by.cluster,
    'x-holdfast-endpoint',
    by.endpoint,
    'x-holdfast-model',
    headerSafe(by.model),
    'x-holdfast-attempts',
    String(by.attempts),
    'x-holdfast-fallback',
    by.fallback,
    'x-holdfast-cache',
    by.cache,
  ];
  if (by.cache !== 'off') headers.push(...KEPT_BY_NOBODY_ELSE);
  if (by.dropped.length > 0) headers.push('x-holdfast-dropped', headerSafe(by.dropped.join(', ')));
  headers.push(...by.limitHeaders, ...more);
  return headers;
}

/** A model's name comes from the client and may hold what a header must not. */
const headerSafe = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text));

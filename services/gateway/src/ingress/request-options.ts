import type { IncomingHttpHeaders } from 'node:http';

/** What the client may ask for by header. */
export interface RequestOptions {
  /** Shortens the deadline; null: not asked. */
  readonly timeoutMs: number | null;
  /** Wants the honest error instead of a canned answer. */
  readonly honest: boolean;
  readonly bypassCache: boolean;
  /** Gives way to other traffic under load. */
  readonly lowPriority: boolean;
  /** How often the client's own SDK has already retried this. */
  readonly clientRetries: number;
}

export type OptionsResult = RequestOptions | { readonly header: string; readonly message: string };

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const NONE: RequestOptions = {
  timeoutMs: null,
  honest: false,
  bypassCache: false,
  lowPriority: false,
  clientRetries: 0,
};

/** Reads the `x-holdfast-*` headers; names the header at fault. */
export function requestOptions(headers: IncomingHttpHeaders): OptionsResult {
  const timeout = headers['x-holdfast-timeout'];
  const fallback = headers['x-holdfast-fallback'];
  const cache = headers['x-holdfast-cache'];
  const priority = headers['x-holdfast-priority'];
  const retries = headers['x-stainless-retry-count'];
  if (
    timeout === undefined &&
    fallback === undefined &&
    cache === undefined &&
    priority === undefined &&
    retries === undefined
  )
    return NONE;

  let timeoutMs: number | null = null;
  if (timeout !== undefined) {
    const match = DURATION.exec(String(timeout).trim());
    if (!match)
      return {
        header: 'x-holdfast-timeout',
        message: 'must be seconds or a duration such as 500ms, 30s, 2m',
      };
    timeoutMs = Number(match[1]) * UNIT_MS[(match[2] ?? 's') as keyof typeof UNIT_MS];
    if (timeoutMs < 1) return { header: 'x-holdfast-timeout', message: 'must be at least 1 ms' };
  }
  return {
    timeoutMs,
    honest: fallback === 'off',
    bypassCache: cache === 'bypass',
    lowPriority: priority === 'low',
    clientRetries: Math.min(10, Math.max(0, Math.trunc(Number(retries)) || 0)),
  };
}

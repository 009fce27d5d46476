import { limitKey } from './keys.ts';
import type { SharedState } from './shared-state.ts';

export interface RateLimitResult {
  readonly allowed: boolean;
  /** Requests per minute. */
  readonly limit: number;
  readonly remaining: number;
  /** Until the client's minute ends. */
  readonly resetMs: number;
}

export interface RateLimiter {
  /**
   * Counts one request of a client: `key:<name of its key>`, else `address:<socket address>`; never the key itself. One
   * round trip to the store while that is up; while it is away, this process grants its share of the limit by itself.
   */
  take(client: string): Promise<RateLimitResult>;
}

export interface RateLimitOptions {
  readonly state: SharedState;
  readonly perMinute: number;
  readonly now: () => number;
  /** Between how many processes the limit is divided while the store is away. */
  readonly replicas: () => number;
}

interface Window {
  count: number;
  readonly endsMs: number;
}

export const RATE_WINDOW_MS = 60_000;
/** Addresses are chosen by clients; beyond this the oldest windows are forgotten. */
const MAX_CLIENTS = 50_000;

/** A fixed minute per client, from its first request on. */
export function createRateLimiter({ state, perMinute, now, replicas }: RateLimitOptions): RateLimiter {
  const windows = new Map<string, Window>();

  function countHere(client: string): Window {
    const nowMs = now();
    let window = windows.get(client);
    if (!window || window.endsMs <= nowMs) {
      windows.delete(client);
      window = { count: 0, endsMs: nowMs + RATE_WINDOW_MS };
      windows.set(client, window);
      if (windows.size > MAX_CLIENTS) windows.delete(windows.keys().next().value!);
    }
    window.count++;
    return window;
  }

  const result = (count: number, limit: number, resetMs: number): RateLimitResult => ({
    allowed: count <= limit,
    limit: perMinute,
    remaining: Math.max(0, limit - count),
    resetMs,
  });

  return {
    async take(client) {
      const here = countHere(client);
      if (state.up) {
        try {
          const shared = await state.count(limitKey(`client:${client}`), 1, RATE_WINDOW_MS);
          return result(shared.count, perMinute, shared.resetMs);
        } catch {
          // Counted here, and judged by this process alone.
        }
      }
      const share = Math.max(1, Math.floor(perMinute / Math.max(1, replicas())));
      return result(here.count, share, here.endsMs - now());
    },
  };
}

/** The `ratelimit` header fields of draft-ietf-httpapi-ratelimit-headers-06, and `retry-after` for a refusal; whole seconds, never 0. */
export function rateLimitHeaders({
  allowed,
  limit,
  remaining,
  resetMs,
}: RateLimitResult): Record<string, string> {
  const resetSeconds = String(Math.max(1, Math.ceil(resetMs / 1000)));
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': resetSeconds,
    'ratelimit-policy': `${limit};w=${RATE_WINDOW_MS / 1000}`,
    ...(allowed ? {} : { 'retry-after': resetSeconds }),
  };
}

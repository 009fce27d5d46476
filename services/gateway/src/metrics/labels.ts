import type { BreakerState } from '@holdfast/core/breaker';

/** Closed sets of label values. */

export const OUTCOMES = [
  'primary',
  'fallback',
  'canned',
  'exhausted',
  'cache',
  'rejected',
  'cancelled',
] as const;
/** How a client request ended. */
export type Outcome = (typeof OUTCOMES)[number];

export const CACHE_RESULTS = ['hit', 'stale', 'miss', 'bypass', 'coalesced'] as const;
/** What the answer cache did for a request. */
export type CacheResult = (typeof CACHE_RESULTS)[number];

export const BREAKER_STATES = [
  'closed',
  'open',
  'half_open',
] as const satisfies readonly BreakerState['kind'][];

/** Requests with no route. */
export const NO_CLUSTER = 'none';

import type { Config, Endpoint } from '@holdfast/config/types';
import type { BreakerSettings } from '@holdfast/core/breaker';
import type { Dialect } from '@holdfast/dialects/dialect';
import { credentialHeader, upstreamPath } from '@holdfast/dialects/upstream-call';
import type { EndpointMetrics } from '../metrics.ts';
import type { Connections } from './connections.ts';
import { type DialectsAt, dialectsAt } from './dialects-at.ts';
import {
  createEndpointState,
  type EndpointState,
  endRests,
  type Standing,
  standingOf,
} from './endpoint-state.ts';
import { createRecentAttempts, type RecentAttempts } from './recent-attempts.ts';
import { createSlotQueue, type SlotQueue } from './slot-queue.ts';

/** Everything the request path needs of one endpoint, made once per configuration. */
export interface EndpointRuntime {
  readonly endpoint: Endpoint;
  readonly state: EndpointState;
  readonly breaker: BreakerSettings;
  readonly connections: Connections;
  readonly slots: SlotQueue;
  readonly recent: RecentAttempts;
  readonly metrics: EndpointMetrics;
  /** Header list that every call starts with; the credential follows when a token pool provides it. */
  readonly headers: readonly string[];
  readonly dialects: DialectsAt;
  /** Path of a dialect's call, below the pool's origin. */
  pathFor(dialect: Dialect): string;
}

export interface RuntimeParts {
  readonly endpoint: Endpoint;
  readonly config: Config;
  readonly connections: Connections;
  readonly metrics: EndpointMetrics;
  /** Of the same endpoint before a reload. */
  readonly previous: EndpointRuntime | undefined;
}

export function createEndpointRuntime({
  endpoint,
  config,
  connections,
  metrics,
  previous,
}: RuntimeParts): EndpointRuntime {
  const paths = new Map<string, string>();
  // What an endpoint's key has used up or was refused does not bind another key.
  if (previous && previous.endpoint.apiKey !== endpoint.apiKey) endRests(previous.state);
  return {
    endpoint,
    state: previous?.state ?? createEndpointState(),
    breaker: { ...config.breaker, maxFailures: endpoint.maxFailures ?? config.breaker.maxFailures },
    connections,
    slots: previous?.slots ?? createSlotQueue(),
    recent: previous?.recent ?? createRecentAttempts(),
    metrics,
    headers: baseHeaders(endpoint),
    dialects: dialectsAt(endpoint),
    pathFor(dialect) {
      let path = paths.get(dialect.upstreamPath);
      if (path === undefined) {
        path = upstreamPath(endpoint, dialect.upstreamPath);
        paths.set(dialect.upstreamPath, path);
      }
      return path;
    },
  };
}

function baseHeaders(endpoint: Endpoint): string[] {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity'];
  if (endpoint.apiKey !== null) headers.push(...credentialHeader(endpoint, endpoint.apiKey));
  for (const [name, value] of Object.entries(endpoint.headers)) headers.push(name, value);
  return headers;
}

export function standing(runtime: EndpointRuntime, model: string, nowMs: number): Standing {
  return standingOf(runtime.state, model, nowMs, runtime.breaker, runtime.endpoint.maxConcurrency);
}

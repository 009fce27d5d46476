import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type ScriptCommands, scripts } from './lua-scripts.ts';
import type { RedisTarget } from './redis-target.ts';

/** A single server, a sentinel's master or a whole cluster: the commands are the same. */
export type RedisClient = Redis & ScriptCommands;

/** How long a dial may take: longer than a call's deadline, because of TLS and sentinels, and nobody waits for it. */
export const DIAL_DEADLINE_MS = 1000;

/**
 * What makes a client fail at once and for good: one socket, nothing queued, nothing sent again, destroyed (not merely
 * half-closed) on disconnect. Who owns it dials anew with a fresh one, so no reply can ever meet another command (I06).
 */
const failFast = {
  lazyConnect: true,
  enableOfflineQueue: false,
  retryStrategy: null,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: DIAL_DEADLINE_MS,
  disconnectTimeout: 0,
  disableClientInfo: true,
  // RESP2: one way to authenticate (AUTH) and the same reply shapes on every server since 7.0.
  protocol: 2,
} as const satisfies RedisOptions;

function accountOptions({ username, password, db }: RedisTarget) {
  return { ...(username === null ? {} : { username }), ...(password === null ? {} : { password }), db };
}

/** A client for commands, not yet connected. */
export function commandClient(target: RedisTarget): RedisClient {
  if (target.kind !== 'cluster') return serverClient(target, 0);
  const { enableOfflineQueue: _queue, retryStrategy: _retry, lazyConnect: _lazy, ...nodeOptions } = failFast;
  const cluster = new Cluster([...target.seeds], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: null,
    slotsRefreshTimeout: DIAL_DEADLINE_MS,
    scripts,
    redisOptions: { ...nodeOptions, ...accountOptions(target), ...(target.tls ? { tls: {} } : {}) },
  });
  return cluster as unknown as RedisClient;
}

/** A client for subscriptions, not yet connected. In a cluster any node carries every message: each dial takes the next seed. */
export function subscriberClient(target: RedisTarget, dial: number): RedisClient {
  return serverClient(target, dial);
}

function serverClient(target: RedisTarget, dial: number): RedisClient {
  const shared = { ...failFast, ...accountOptions(target), scripts };
  if (target.kind === 'sentinel') {
    return new Redis({
      ...shared,
      sentinels: [...target.sentinels],
      name: target.master,
      sentinelRetryStrategy: () => null,
      // The check that the named server really is the master needs INFO, which not every ACL allows: only here.
      enableReadyCheck: true,
      ...(target.tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    }) as RedisClient;
  }
  const address = target.kind === 'single' ? target.address : target.seeds[dial % target.seeds.length]!;
  return new Redis({
    ...shared,
    ...address,
    enableReadyCheck: false,
    ...(target.tls ? { tls: { servername: address.host } } : {}),
  }) as RedisClient;
}

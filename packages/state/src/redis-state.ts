import { leaseKey } from './keys.ts';
import { commandClient, type RedisClient, subscriberClient } from './redis/redis-client.ts';
import { createRedisLink } from './redis/redis-link.ts';
import { readGroup } from './redis/redis-streams.ts';
import { createRedisSubscriptions } from './redis/redis-subscriptions.ts';
import { parseRedisUrl } from './redis/redis-target.ts';
import { type SharedState, STATE_DEADLINE_MS } from './shared-state.ts';
import { createUpSwitch } from './up-switch.ts';

/** The part of a pino logger that the store needs. */
export interface StateLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RedisStateOptions {
  /** Any form that `parseRedisUrl` reads; an unreadable one throws at once. */
  readonly url: string;
  readonly logger?: StateLogger;
}

/**
 * Shared state in Redis 7.0 or newer. Returns at once and dials in the background; `up` tells when both connections
 * (commands, subscriptions) stand.
 */
export function createRedisState({ url, logger }: RedisStateOptions): SharedState {
  const target = parseRedisUrl(url);
  const up = createUpSwitch(false);
  let dials = 0;

  const onChange = (_up: boolean, reason: string) => {
    const now = commands.up && subscriptions.up;
    if (!up.set(now)) return;
    if (now) logger?.info({ form: target.kind }, 'state store is up');
    else logger?.warn({ form: target.kind, reason }, 'state store is away, serving from what is known');
  };
  const commands = createRedisLink({
    create: () => commandClient(target),
    prepare: (client) => client.ping(),
    onChange,
  });
  const subscriptions = createRedisSubscriptions(() => subscriberClient(target, dials++), onChange);
  const call = <T>(operation: (client: RedisClient) => Promise<T>) =>
    commands.run(operation, STATE_DEADLINE_MS);

  return {
    kind: 'redis',
    get up() {
      return up.value;
    },
    onUpChange: up.onChange,

    get: (key) => call((client) => client.get(key)),
    async set(key, value, ttlMs) {
      await call((client) =>
        ttlMs === undefined ? client.set(key, value) : client.set(key, value, 'PX', Math.ceil(ttlMs)),
      );
    },
    async delete(key) {
      await call((client) => client.del(key));
    },

    hashGetAll: (key) => call((client) => client.hgetall(key)),
    async hashSet(key, fields) {
      if (Object.keys(fields).length > 0) await call((client) => client.hset(key, fields));
    },
    async hashDelete(key, fields) {
      if (fields.length > 0) await call((client) => client.hdel(key, ...fields));
    },

    raiseUntil: (key, untilMs) =>
      call((client) => client.holdfastRaiseUntil(key, Math.ceil(untilMs).toString())),

    async publish(channel, message) {
      await call((client) => client.publish(channel, message));
    },
    subscribe: subscriptions.subscribe,

    async sortedAdd(key, member, score, { onlyNew = false } = {}) {
      await call((client) =>
        onlyNew ? client.zadd(key, 'NX', score, member) : client.zadd(key, score, member),
      );
    },
    async sortedRange(key, maxScore, limit) {
      const flat = await call((client) =>
        client.zrangebyscore(key, '-inf', maxScore, 'WITHSCORES', 'LIMIT', 0, limit),
      );
      return pairs(flat).map(([member, score]) => ({ member, score: Number(score) }));
    },
    async sortedRemove(key, member) {
      await call((client) => client.zrem(key, member));
    },

    async streamAppend(key, fields, maxLength) {
      const id = await call((client) =>
        client.xadd(key, 'MAXLEN', '~', maxLength, '*', ...Object.entries(fields).flat()),
      );
      return id!;
    },
    streamRead: (key, group, consumer, options) =>
      call((client) => readGroup(client, key, group, consumer, options)),
    async streamAcknowledge(key, group, ids) {
      if (ids.length > 0) await call((client) => client.xack(key, group, ...ids));
    },

    acquireLease: (name, owner, ttlMs) =>
      call((client) => client.holdfastAcquireLease(leaseKey(name), owner, Math.ceil(ttlMs).toString())),
    async releaseLease(name, owner) {
      await call((client) => client.holdfastReleaseLease(leaseKey(name), owner));
    },

    reserveSlot: (key, intervalMs, maxWaitMs) =>
      call((client) =>
        client.holdfastReserveSlot(key, Math.ceil(intervalMs).toString(), Math.floor(maxWaitMs).toString()),
      ),
    async returnSlot(key, intervalMs) {
      await call((client) => client.holdfastReturnSlot(key, Math.ceil(intervalMs).toString()));
    },
    async count(key, by, windowMs) {
      const [count, resetMs] = await call((client) =>
        client.holdfastCount(key, by.toString(), Math.ceil(windowMs).toString()),
      );
      return { count, resetMs };
    },

    async close() {
      commands.close();
      subscriptions.close();
      up.clear();
    },
  };
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2]!, flat[index * 2 + 1]!]);
}

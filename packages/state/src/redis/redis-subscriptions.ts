import { DIAL_DEADLINE_MS, type RedisClient } from './redis-client.ts';
import { createRedisLink, type RedisLink } from './redis-link.ts';

export interface RedisSubscriptions {
  readonly up: boolean;
  subscribe(channel: string, listener: (message: string) => void): () => void;
  close(): void;
}

/** Subscriptions on a connection of their own (a subscribed connection takes no other commands), taken up again on every new one. */
export function createRedisSubscriptions(
  create: () => RedisClient,
  onChange: (up: boolean, reason: string) => void,
): RedisSubscriptions {
  const listeners = new Map<string, Set<(message: string) => void>>();
  const subscribed = new WeakMap<RedisClient, Set<string>>();

  async function subscribeMissing(client: RedisClient): Promise<void> {
    const done = subscribed.get(client) ?? new Set();
    subscribed.set(client, done);
    for (;;) {
      const missing = [...listeners.keys()].filter((channel) => !done.has(channel));
      if (missing.length === 0) return;
      for (const channel of missing) done.add(channel);
      await client.subscribe(...missing);
    }
  }

  const link: RedisLink = createRedisLink({
    create,
    prepare: (client) => {
      client.on('message', (channel: string, message: string) => {
        for (const listener of [...(listeners.get(channel) ?? [])]) listener(message);
      });
      return client.ping().then(() => subscribeMissing(client));
    },
    onChange: (up, reason) => {
      if (up) catchUp();
      onChange(up, reason);
    },
  });

  /** A failure costs the connection, and the next one subscribes to everything. */
  function catchUp(): void {
    if (link.up) link.run(subscribeMissing, DIAL_DEADLINE_MS).catch(() => {});
  }

  return {
    get up() {
      return link.up;
    },
    subscribe(channel, deliver) {
      const listener = (message: string) => deliver(message);
      const known = listeners.get(channel);
      if (known) known.add(listener);
      else {
        listeners.set(channel, new Set([listener]));
        catchUp();
      }
      return () => {
        const left = listeners.get(channel);
        left?.delete(listener);
        if (left?.size !== 0) return;
        listeners.delete(channel);
        if (!link.up) return;
        link
          .run((client) => {
            subscribed.get(client)?.delete(channel);
            return client.unsubscribe(channel);
          }, DIAL_DEADLINE_MS)
          .catch(() => {});
      };
    },
    close: () => link.close(),
  };
}

import { createExpiringMap } from './expiring-map.ts';
import { createInProcessStreams } from './in-process-streams.ts';
import { type SharedState, StateUnavailable } from './shared-state.ts';

/** Shared state of one process: the embedded default and the tests' quickest store. Lost when the process ends. */
export function createInProcessState(now: () => number = Date.now): SharedState {
  const strings = createExpiringMap<string>(now);
  const hashes = new Map<string, Map<string, string>>();
  const sorted = new Map<string, Map<string, number>>();
  const streams = createInProcessStreams(now);
  const leases = new Map<string, { owner: string | null; untilMs: number; fence: number }>();
  const listeners = new Map<string, Set<(message: string) => void>>();
  let closed = false;

  /** Every call is a promise, also when it fails, as with a store on the network. */
  const call = async <T>(operation: () => T): Promise<T> => {
    if (closed) throw new StateUnavailable('closed');
    return operation();
  };
  const child = <V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> => {
    const known = map.get(key) ?? new Map<string, V>();
    map.set(key, known);
    return known;
  };

  return {
    kind: 'in-process',
    up: true,
    onUpChange: () => () => {},

    get: (key) => call(() => strings.get(key) ?? null),
    set: (key, value, ttlMs) =>
      call(() => strings.set(key, value, ttlMs === undefined ? undefined : now() + ttlMs)),
    delete: (key) =>
      call(() => {
        strings.delete(key);
        hashes.delete(key);
        sorted.delete(key);
        streams.delete(key);
      }),

    hashGetAll: (key) => call(() => Object.fromEntries(hashes.get(key) ?? [])),
    hashSet: (key, fields) =>
      call(() => {
        for (const [field, value] of Object.entries(fields)) child(hashes, key).set(field, value);
      }),
    hashDelete: (key, fields) =>
      call(() => {
        for (const field of fields) hashes.get(key)?.delete(field);
      }),

    raiseUntil: (key, untilMs) =>
      call(() => {
        const standing = Number(strings.get(key) ?? 0);
        const raised = Math.max(standing, Math.ceil(untilMs));
        if (raised > standing) strings.set(key, String(raised), raised);
        return raised;
      }),

    publish: (channel, message) =>
      call(() => {
        // After the publisher's own turn, as over the network.
        for (const listener of listeners.get(channel) ?? []) {
          queueMicrotask(() => {
            if (listeners.get(channel)?.has(listener)) listener(message);
          });
        }
      }),
    subscribe(channel, deliver) {
      const listener = (message: string) => deliver(message);
      const known = listeners.get(channel) ?? new Set();
      listeners.set(channel, known.add(listener));
      return () => void known.delete(listener);
    },

    sortedAdd: (key, member, score, { onlyNew = false } = {}) =>
      call(() => {
        const members = child(sorted, key);
        if (!onlyNew || !members.has(member)) members.set(member, score);
      }),
    sortedRange: (key, maxScore, limit) =>
      call(() =>
        [...(sorted.get(key) ?? [])]
          .map(([member, score]) => ({ member, score }))
          .filter(({ score }) => score <= maxScore)
          .sort((a, b) => a.score - b.score || (a.member < b.member ? -1 : 1))
          .slice(0, limit),
      ),
    sortedRemove: (key, member) => call(() => void sorted.get(key)?.delete(member)),

    streamAppend: (key, fields, maxLength) => call(() => streams.append(key, fields, maxLength)),
    streamRead: (...args) => call(() => streams.read(...args)),
    streamAcknowledge: (...args) => call(() => streams.acknowledge(...args)),

    acquireLease: (name, owner, ttlMs) =>
      call(() => {
        const nowMs = now();
        const lease = leases.get(name) ?? { owner: null, untilMs: 0, fence: 0 };
        if (lease.owner !== null && lease.owner !== owner && lease.untilMs > nowMs) return null;
        const fence = lease.owner === owner ? lease.fence : Math.max(lease.fence + 1, nowMs);
        leases.set(name, { owner, untilMs: nowMs + ttlMs, fence });
        return fence;
      }),
    releaseLease: (name, owner) =>
      call(() => {
        const lease = leases.get(name);
        if (lease?.owner === owner) lease.owner = null;
      }),

    reserveSlot: (key, intervalMs, maxWaitMs) =>
      call(() => {
        const nowMs = now();
        const free = Math.max(Number(strings.get(key) ?? 0), nowMs);
        if (free - nowMs > maxWaitMs) return null;
        strings.set(key, String(free + intervalMs), free + intervalMs);
        return free - nowMs;
      }),
    returnSlot: (key, intervalMs) =>
      call(() => {
        if (Number(strings.get(key) ?? 0) - intervalMs <= now()) strings.delete(key);
      }),
    count: (key, by, windowMs) =>
      call(() => {
        const nowMs = now();
        const untilMs = strings.untilMs(key) ?? nowMs + windowMs;
        const sum = Number(strings.get(key) ?? 0) + by;
        strings.set(key, String(sum), untilMs);
        return { count: sum, resetMs: untilMs - nowMs };
      }),

    async close() {
      closed = true;
      listeners.clear();
    },
  };
}

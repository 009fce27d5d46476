import { withDeadline } from '../deadline.ts';
import { StateUnavailable } from '../shared-state.ts';
import { DIAL_DEADLINE_MS, type RedisClient } from './redis-client.ts';

export interface LinkOptions {
  /** A new client, not yet connected. */
  readonly create: () => RedisClient;
  /** What proves that the server answers (and is set up) before the client is used. */
  readonly prepare: (client: RedisClient) => Promise<unknown>;
  /** The link was opened or lost; `reason` is short and free of addresses and secrets. */
  readonly onChange: (up: boolean, reason: string) => void;
}

/**
 * Keeps one connection to Redis by dialling in the background for ever, with growing pauses and jitter. A connection that
 * was late once is destroyed, because its replies can no longer be trusted to be in step (I06). Holds the breaker: after
 * `BREAKER_FAILURES` lost connections and failed dials in a row a call is refused at once; before, it waits for a dial
 * within its deadline.
 */
export interface RedisLink {
  readonly up: boolean;
  /** Settles within `deadlineMs`; rejects with `StateUnavailable` only. */
  run<T>(operation: (client: RedisClient) => Promise<T>, deadlineMs: number): Promise<T>;
  close(): void;
}

interface Waiter {
  resolve(client: RedisClient): void;
  reject(error: Error): void;
}

/** In a row; then nothing is asked of the store until it answers again (FAULTS I02). */
const BREAKER_FAILURES = 5;
const FIRST_PAUSE_MS = 50;
/** Low enough that shared state is back well within 5 s of the return of the store. */
const MAX_PAUSE_MS = 1000;
/** A hung or cut-off server is noticed within an interval and a deadline, also when nothing is asked of it. */
const HEARTBEAT_INTERVAL_MS = 1000;
const HEARTBEAT_DEADLINE_MS = 500;
/** The server answers, but is no (longer a) server for us: another one may have taken over. */
const WRONG_SERVER = /^(?:READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS)\b/;

export function createRedisLink({ create, prepare, onChange }: LinkOptions): RedisLink {
  let current: RedisClient | null = null;
  let dialling: RedisClient | null = null;
  let closed = false;
  let failures = 0;
  let lastReason = 'not connected yet';
  let pause: NodeJS.Timeout | undefined;
  const waiting = new Set<Waiter>();

  async function dial(): Promise<void> {
    const client = create();
    dialling = client;
    // Without a listener ioredis prints to the console; the reason arrives with the rejection or the `end` event.
    client.on('error', (error: Error) => {
      lastReason = describe(error);
    });
    try {
      await withDeadline(
        client.connect().then(() => prepare(client)),
        DIAL_DEADLINE_MS,
      );
      if (client.status !== 'ready') throw new Error('closed during the handshake');
    } catch (error) {
      client.disconnect();
      dialling = null;
      lastReason = describe(error);
      redialLater();
      return;
    }
    dialling = null;
    if (closed) return client.disconnect();
    current = client;
    client.once('end', () => drop(client, lastReason));
    lastReason = 'connection closed';
    onChange(true, 'connected');
    for (const waiter of waiting) waiter.resolve(client);
    waiting.clear();
  }

  function redialLater(): void {
    if (closed) return;
    failures += 1;
    if (failures >= BREAKER_FAILURES) {
      for (const waiter of waiting) waiter.reject(new StateUnavailable(lastReason));
      waiting.clear();
    }
    const longest = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
    pause = setTimeout(() => void dial(), longest * (0.5 + Math.random() / 2));
    pause.unref();
  }

  function drop(client: RedisClient, reason: string): void {
    if (client !== current) return;
    current = null;
    lastReason = reason;
    client.disconnect();
    onChange(false, reason);
    redialLater();
  }

  async function run<T>(operation: (client: RedisClient) => Promise<T>, deadlineMs: number): Promise<T> {
    if (closed) throw new StateUnavailable('closed');
    if (!current && failures >= BREAKER_FAILURES) throw new StateUnavailable(lastReason);
    let used = current;
    let waiter: Waiter | undefined;
    const work = used
      ? operation(used)
      : new Promise<RedisClient>((resolve, reject) => {
          waiter = { resolve, reject };
          waiting.add(waiter);
        }).then((client) => {
          used = client;
          return operation(client);
        });
    try {
      const result = await withDeadline(work, deadlineMs);
      failures = 0;
      return result;
    } catch (error) {
      if (waiter) waiting.delete(waiter);
      if (used && !isAnswer(error)) drop(used, describe(error));
      throw error instanceof StateUnavailable
        ? error
        : new StateUnavailable(describe(error), { cause: error });
    }
  }

  const heartbeat = setInterval(() => {
    if (current) run((client) => client.ping(), HEARTBEAT_DEADLINE_MS).catch(() => {});
  }, HEARTBEAT_INTERVAL_MS);
  heartbeat.unref();
  void dial();

  return {
    get up() {
      return current !== null;
    },
    run,
    close() {
      closed = true;
      clearTimeout(pause);
      clearInterval(heartbeat);
      for (const waiter of waiting) waiter.reject(new StateUnavailable('closed'));
      waiting.clear();
      dialling?.disconnect();
      current?.disconnect();
      current = null;
    },
  };
}

/** An error reply: the server is there and in step, it only refuses this command. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !WRONG_SERVER.test(error.message);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.message.slice(0, 200);
}

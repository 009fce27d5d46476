import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@holdfast/runtime/logger';
import { isBusy, isOutage } from './database-error.ts';
import { type OpenTables, openTables } from './open-tables.ts';

export interface Store {
  /** Whether the last call reached the database. */
  readonly up: boolean;
  /**
   * Runs one call on the tables; opens and migrates the database first where that has not worked yet. Rejects with
   * `StoreUnavailable` while it is away, full or locked, after a bounded wait.
   */
  use<T>(call: (tables: OpenTables) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The database does not work just now. Of a call that writes it is not known whether it did. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export interface StoreOptions {
  readonly url: string;
  /** Of the pool; SQLite has one. */
  readonly connections: number;
  readonly logger: Logger;
  readonly now: () => number;
}

/** How long a call waits for another process's lock on a SQLite file, without standing still. */
const LOCK_PATIENCE_MS = 2000;
const LOCK_RETRY_MS = 25;
/** How long a call waits for the opening, which may be migrating a large table. */
const OPENING_PATIENCE_MS = 5000;
/** After a failed opening the next is not tried before this. */
const REOPEN_AFTER_MS = 1000;

/** The tagger's tables behind one door that survives the loss and the return of the database. */
export function createStore({ url, connections, logger, now }: StoreOptions): Store {
  let opening: Promise<OpenTables> | null = null;
  let up: boolean | null = null;
  let closed = false;

  async function open(): Promise<OpenTables> {
    const tables = await openTables(url, connections, now());
    const { migrated } = tables;
    if (migrated.length > 0)
      logger.info({ event: 'database_migrated', versions: migrated }, 'the tables are up to date');
    return tables;
  }

  function opened(): Promise<OpenTables> {
    if (closed) throw new StoreUnavailable('closed');
    opening ??= open().catch((cause: unknown) => {
      setTimeout(() => {
        opening = null;
      }, REOPEN_AFTER_MS).unref();
      throw new StoreUnavailable('the database cannot be opened', { cause });
    });
    return within(opening, OPENING_PATIENCE_MS);
  }

  function setUp(next: boolean, error?: unknown): void {
    if (next === up) return;
    if (next) logger.info({ event: 'database_up' }, 'the database works');
    else
      logger.error(
        { event: 'database_down', err: error },
        'the database does not work; tagging waits for it',
      );
    up = next;
  }

  return {
    get up() {
      return up === true;
    },
    async use(call) {
      try {
        const tables = await opened();
        const result = await untilUnlocked(() => call(tables));
        setUp(true);
        return result;
      } catch (error) {
        if (!(error instanceof StoreUnavailable) && !isOutage(error)) throw error;
        setUp(false, error);
        throw error instanceof StoreUnavailable
          ? error
          : new StoreUnavailable('the database does not answer', { cause: error });
      }
    },
    async close() {
      closed = true;
      if (opening)
        await within(opening, OPENING_PATIENCE_MS).then(
          (tables) => tables.close(),
          () => {},
        );
    },
  };
}

async function untilUnlocked<T>(call: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadlineMs) throw error;
      await sleep(LOCK_RETRY_MS);
    }
  }
}

function within<T>(promise: Promise<T>, patienceMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new StoreUnavailable('the database is still being opened')),
      patienceMs,
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

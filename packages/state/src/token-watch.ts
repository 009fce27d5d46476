import type { PoolDefinition, PoolState } from '@holdfast/core/tokens/pool-state';
import { tokensChannel, tokensKey } from './keys.ts';
import { readRecord, tokensMessage } from './records.ts';
import type { SharedState } from './shared-state.ts';
import { readPoolFields } from './token-records.ts';

export interface TokenWatchOptions {
  readonly state: SharedState;
  readonly now: () => number;
  /** The pools as configured now. */
  readonly pools: () => readonly PoolDefinition[];
  /** The published state of a pool, read anew. The receiver merges it with its own (`mergePools`). */
  readonly onPool: (pool: PoolDefinition, published: PoolState, appliedId: string | null) => void;
}

export interface TokenWatch {
  /** Reads every pool; resolves when done, also when the store is away. */
  readAll(): Promise<void>;
  stop(): void;
}

/** Follows what the token-rotator publishes: at the start, on each message, and when the store is back. Never rejects. */
export function watchTokenPools({ state, now, pools, onPool }: TokenWatchOptions): TokenWatch {
  const reading = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let stopped = false;

  /** One read of a pool at a time; a message that comes meanwhile causes one more. */
  function read(pool: PoolDefinition): Promise<void> {
    const running = reading.get(pool.name);
    if (running) {
      again.add(pool.name);
      return running;
    }
    const work = readOnce(pool).finally(() => {
      reading.delete(pool.name);
      if (again.delete(pool.name)) void readNamed(pool.name);
    });
    reading.set(pool.name, work);
    return work;
  }

  async function readOnce(pool: PoolDefinition): Promise<void> {
    const fields = await state.hashGetAll(tokensKey(pool.name)).catch(() => null);
    const found = fields && readPoolFields(pool, fields, now());
    if (found && !stopped) onPool(pool, found.state, found.appliedId);
  }

  async function readNamed(name: string | undefined): Promise<void> {
    const pool = pools().find((candidate) => candidate.name === name);
    if (pool && !stopped) await read(pool);
  }

  async function readAll(): Promise<void> {
    await Promise.all(pools().map(read));
  }

  const unsubscribe = state.subscribe(tokensChannel, (message) => {
    void readNamed(readRecord(tokensMessage, message)?.pool);
  });
  const forget = state.onUpChange((up) => {
    if (up) void readAll();
  });
  return {
    readAll,
    stop() {
      stopped = true;
      unsubscribe();
      forget();
    },
  };
}

import { knowsMore } from '@holdfast/core/tokens/knows-more';
import type { PoolDefinition, PoolState } from '@holdfast/core/tokens/pool-state';
import { tokenReportsKey, tokensChannel, tokensKey } from './keys.ts';
import { readRecord, tokensMessage } from './records.ts';
import type { SharedState } from './shared-state.ts';
import { knowledgeEntry, MAX_REPORTS, readPoolFields } from './token-records.ts';

export interface TokenWatchOptions {
  readonly state: SharedState;
  readonly now: () => number;
  /** The pools as configured now. */
  readonly pools: () => readonly PoolDefinition[];
  /** The published state of a pool, read anew. The receiver merges it with its own (`mergePools`). */
  readonly onPool: (pool: PoolDefinition, published: PoolState, appliedId: string | null) => void;
  /** What the receiver knows of a pool by then. Where the published state has lost some of it, the token-rotator is told. */
  readonly known?: (pool: string) => PoolState | null;
}

export interface TokenWatch {
  /** Reads every pool; resolves when done, also when the store is away. */
  readAll(): Promise<void>;
  stop(): void;
}

/** A token-rotator that does not take what it is told is not told all the time. */
const TELL_INTERVAL_MS = 30_000;

/** A message may be lost, and what is missed in a published pool may still be on its way there. */
const READ_INTERVAL_MS = 15_000;

/** Follows what the token-rotator publishes: at the start, on each message, when the store is back, and now and then. Never rejects. */
export function watchTokenPools({ state, now, pools, onPool, known }: TokenWatchOptions): TokenWatch {
  const reading = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const told = new Map<string, number>();
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
    if (!found || stopped) return;
    onPool(pool, found.state, found.appliedId);
    const ours = known?.(pool.name);
    if (ours && knowsMore(ours, found.state, now())) await tell(pool.name, ours);
  }

  async function tell(pool: string, ours: PoolState): Promise<void> {
    const toldMs = told.get(pool);
    if (toldMs !== undefined && now() - toldMs < TELL_INTERVAL_MS) return;
    told.set(pool, now());
    const entry = knowledgeEntry(pool, ours);
    await state.streamAppend(tokenReportsKey, entry, MAX_REPORTS).catch(() => {}); // told again after the next message
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
  const rereading = setInterval(() => void readAll(), READ_INTERVAL_MS);
  rereading.unref();
  return {
    readAll,
    stop() {
      stopped = true;
      clearInterval(rereading);
      unsubscribe();
      forget();
    },
  };
}

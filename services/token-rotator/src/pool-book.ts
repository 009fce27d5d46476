import { editedTokens } from '@holdfast/config/edited-tokens';
import type { TokenPool } from '@holdfast/config/types';
import {
  fitPoolState,
  mergePools,
  type PoolEvent,
  type PoolState,
  reducePool,
} from '@holdfast/core/tokens/pool-state';
import { prunedToken } from '@holdfast/core/tokens/token-state';

export interface PoolEntry {
  readonly pool: TokenPool;
  readonly state: PoolState;
  /** The last entry of the report stream that is part of `state`. */
  readonly appliedId: string | null;
}

/** What one event did to a pool. */
export interface PoolChange {
  readonly pool: TokenPool;
  readonly event: PoolEvent;
  readonly before: PoolState;
  readonly after: PoolState;
  readonly nowMs: number;
}

/** The pools as this process knows them. */
export interface PoolBook {
  entries(): readonly PoolEntry[];
  find(name: string): PoolEntry | undefined;
  /** Events of pools that are not configured are ignored. */
  apply(name: string, event: PoolEvent, nowMs: number): void;
  /** Everything up to this entry of the report stream is part of the pool's state. */
  markApplied(name: string, entryId: string): void;
  /** Takes in what is published. */
  adopt(name: string, published: PoolState, appliedId: string | null): void;
  /** Drops what has run out. */
  prune(nowMs: number): void;
  /** The pools as configured now. What is known of a token whose value changed is forgotten: it is another token. */
  configure(pools: readonly TokenPool[], nowMs: number): void;
}

export function createPoolBook(
  pools: readonly TokenPool[],
  onChange: (change: PoolChange) => void,
): PoolBook {
  let book = new Map<string, PoolEntry>(
    pools.map((pool) => [pool.name, { pool, state: fitPoolState(pool, null), appliedId: null }]),
  );

  const update = (name: string, change: (entry: PoolEntry) => Partial<PoolEntry>) => {
    const entry = book.get(name);
    if (entry) book.set(name, { ...entry, ...change(entry) });
  };

  function apply(name: string, event: PoolEvent, nowMs: number): void {
    const entry = book.get(name);
    if (!entry) return;
    const { pool, state: before } = entry;
    const after = reducePool(pool, before, event, nowMs);
    if (after === before) return;
    book.set(name, { ...entry, state: after });
    onChange({ pool, event, before, after, nowMs });
  }

  return {
    entries: () => [...book.values()],
    find: (name) => book.get(name),
    apply,
    markApplied: (name, entryId) =>
      update(name, ({ appliedId }) => ({ appliedId: laterEntry(appliedId, entryId) })),
    adopt: (name, published, appliedId) =>
      update(name, (entry) => ({
        state: fitPoolState(entry.pool, mergePools(entry.state, published)),
        appliedId: laterEntry(entry.appliedId, appliedId),
      })),
    prune(nowMs) {
      for (const name of book.keys()) {
        update(name, ({ state }) => ({ state: prunedPool(state, nowMs) }));
      }
    },
    configure(next, nowMs) {
      const previous = book;
      book = new Map(
        next.map((pool) => {
          const known = previous.get(pool.name);
          return [
            pool.name,
            { pool, state: fitPoolState(pool, known?.state ?? null), appliedId: known?.appliedId ?? null },
          ];
        }),
      );
      for (const pool of next) {
        for (const token of editedTokens(previous.get(pool.name)?.pool, pool))
          apply(pool.name, { kind: 'reset', token }, nowMs);
      }
    },
  };
}

/** The later of two entry ids of a stream, `<ms>-<sequence>`. */
export function laterEntry(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return isLaterEntry(a, b) ? a : b;
}

export function isLaterEntry(a: string, b: string): boolean {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number);
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number);
  return aMs === bMs ? aSequence > bSequence : aMs > bMs;
}

function prunedPool(state: PoolState, nowMs: number): PoolState {
  const pruned = Object.entries(state.tokens).map(
    ([name, token]) => [name, prunedToken(token, nowMs)] as const,
  );
  const isSame = pruned.every(([name, token]) => token === state.tokens[name]);
  return isSame ? state : { ...state, tokens: Object.fromEntries(pruned) };
}

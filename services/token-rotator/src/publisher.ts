import type { PoolState } from '@holdfast/core/tokens/pool-state';
import type { TokenState } from '@holdfast/core/tokens/token-state';
import { tokensChannel, tokensKey } from '@holdfast/state/keys';
import type { SharedState } from '@holdfast/state/shared-state';
import { poolFields } from '@holdfast/state/token-records';
import type { PoolBook } from './pool-book.ts';

export interface Publisher {
  /** Writes what changed since the last time. False when the store is away: call again. */
  publish(): Promise<boolean>;
  /** The store may hold anything: the next `publish` writes everything. */
  forget(): void;
}

export function createPublisher(state: SharedState, book: PoolBook): Publisher {
  const published = new Map<string, PoolState>();
  let turn: Promise<unknown> = Promise.resolve();

  async function write(): Promise<boolean> {
    try {
      for (const { pool, state: current, appliedId } of book.entries()) {
        const before = published.get(pool.name) ?? null;
        if (before === current) continue;
        await state.hashSet(tokensKey(pool.name), poolFields(current, appliedId, before));
        const dropped = Object.keys(before?.tokens ?? {}).filter(
          (name) => !Object.hasOwn(current.tokens, name),
        );
        if (dropped.length > 0) await state.hashDelete(tokensKey(pool.name), dropped);
        published.set(pool.name, current);
        if (isNews(before, current)) await state.publish(tokensChannel, JSON.stringify({ pool: pool.name }));
      }
      return true;
    } catch {
      return false; // the store says itself that it is away
    }
  }

  return {
    publish() {
      // One after the other, so that no older state is written over a newer one.
      const result = turn.then(write);
      turn = result;
      return result;
    },
    forget: () => published.clear(),
  };
}

/** Whether a gateway needs to know now: everything but the time of the last use. */
function isNews(before: PoolState | null, after: PoolState): boolean {
  if (before === null || before.current !== after.current) return true;
  const names = Object.keys(after.tokens);
  return names.some((name) => {
    const [old, now] = [before.tokens[name], after.tokens[name]!];
    if (old === now) return false;
    return old === undefined || COMPARED.some((key) => old[key] !== now[key]);
  });
}

const COMPARED: readonly (keyof TokenState)[] = ['epochMs', 'failures', 'cooling', 'invalid', 'models'];

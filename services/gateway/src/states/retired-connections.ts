import type { Logger } from '@holdfast/runtime/logger';
import type { Pool } from 'undici';
import type { Routing } from './routing.ts';

/** Closes the connections that a reload left behind, when no request can need them any more (FAULTS I14). */
export interface RetiredConnections {
  /** This configuration is not the current one any more; requests that began with it may still be under way. */
  leave(old: Routing): void;
  /** Cuts everything: no request is left, only connections that never came about. */
  close(): Promise<void>;
}

const SWEEP_EVERY_MS = 1000;

export function createRetiredConnections({
  logger,
  current,
  exchanges,
}: {
  logger: Logger;
  current: () => Routing;
  exchanges: () => Iterable<{ readonly routing: Routing }>;
}): RetiredConnections {
  const waiting = new Set<Pool>();
  let timer: NodeJS.Timeout | undefined;

  function sweep(): void {
    const used = new Set(current().pools());
    for (const { routing } of exchanges()) for (const pool of routing.pools()) used.add(pool);
    for (const pool of waiting) {
      if (used.has(pool)) continue;
      waiting.delete(pool);
      pool.close().catch((error: unknown) => logger.warn({ err: error }, 'closing old connections failed'));
    }
    if (waiting.size > 0) timer = setTimeout(sweep, SWEEP_EVERY_MS).unref();
  }

  return {
    leave(old) {
      for (const pool of old.pools()) waiting.add(pool);
      clearTimeout(timer);
      sweep();
    },
    async close() {
      clearTimeout(timer);
      await Promise.all([...current().pools(), ...waiting].map((pool) => pool.destroy()));
    },
  };
}

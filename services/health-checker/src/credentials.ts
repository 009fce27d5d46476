import type { TokenPool } from '@holdfast/config/types';
import { pickToken } from '@holdfast/core/tokens/pick-token';
import { fitPoolState, type PoolState } from '@holdfast/core/tokens/pool-state';
import type { SharedState } from '@holdfast/state/shared-state';
import { watchTokenPools } from '@holdfast/state/token-watch';
import type { Target } from './target.ts';

/** Which credential a probe uses. */
export interface Credentials {
  /** Null: the endpoint takes none. Undefined: every token of its pool is blocked. */
  for(target: Target): string | null | undefined;
  stop(): void;
}

/** The endpoint's own key, or the token its pool would give a client now, as the token-rotator tells. */
export function createCredentials(
  state: SharedState,
  now: () => number,
  pools: () => readonly TokenPool[],
): Credentials {
  const states = new Map<string, PoolState>();
  const watch = watchTokenPools({
    state,
    now,
    pools,
    onPool: (pool, published) => states.set(pool.name, published),
  });
  void watch.readAll();
  return {
    for({ endpoint, tokenPool, chatModel }) {
      if (!tokenPool) return endpoint.apiKey;
      const known = fitPoolState(tokenPool, states.get(tokenPool.name) ?? null);
      const picked = pickToken(tokenPool, known, chatModel, { nowMs: now() });
      return 'token' in picked ? picked.token.value : undefined;
    },
    stop: () => watch.stop(),
  };
}

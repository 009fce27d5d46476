import type { TokenStat, TokenStats } from '@holdfast/token-rotator/http/token-stats';
import type { SuiteClient } from '../suite/suite-client.ts';

/** One pool as the token-rotator tells of it. */
export interface PoolView {
  readonly pool: string;
  readonly current_token: string | null;
  readonly tokens: readonly TokenStat[];
}

/** The named pool, or all of them. Rejects with ServiceRefused (404) for an unknown one. */
export async function readPools(suite: SuiteClient, name: string | undefined): Promise<PoolView[]> {
  const statsOf = (pool: string | undefined) =>
    suite.ask<TokenStats>(
      'token-rotator',
      `/v1/tokens/stats${pool === undefined ? '' : `?pool=${encodeURIComponent(pool)}`}`,
    );
  const first = await statsOf(name);
  if (first.pool === null) return [];
  const others = name === undefined ? first.pools.filter((pool) => pool !== first.pool) : [];
  const all = [first, ...(await Promise.all(others.map(statsOf)))];
  return all.map(({ pool, current_token, tokens }) => ({ pool: pool!, current_token, tokens }));
}

/** `down`: a pool has no token that any model may use; `degraded`: some token is blocked, or for some model. */
export function stateOfPools(pools: readonly PoolView[]): 'ok' | 'degraded' | 'down' {
  if (pools.some(({ tokens }) => tokens.length > 0 && tokens.every(({ blocked }) => blocked))) return 'down';
  const isFree = ({ blocked, blockedModels }: TokenStat) => !blocked && blockedModels.length === 0;
  return pools.every(({ tokens }) => tokens.every(isFree)) ? 'ok' : 'degraded';
}

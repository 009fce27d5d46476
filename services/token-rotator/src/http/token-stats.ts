import { blockOf, prunedToken, type TokenState } from '@holdfast/core/tokens/token-state';
import type { PoolEntry } from '../pool-book.ts';

/** The answer of `GET /v1/tokens/stats`; times are ISO 8601. Names only, never a value. */
export interface TokenStats {
  readonly pool: string | null;
  readonly current_token: string | null;
  readonly total_tokens: number;
  readonly tokens: readonly TokenStat[];
  /** All pools there are. */
  readonly pools: readonly string[];
}

export interface TokenStat {
  readonly key: string;
  readonly isCurrent: boolean;
  /** For every model. */
  readonly blocked: boolean;
  readonly blockedUntil: string | null;
  readonly blockedModels: readonly {
    readonly model: string;
    readonly until: string;
    readonly reason: string;
  }[];
  readonly reason: string | null;
  readonly failures: number;
  readonly lastUsed: string | null;
  readonly account: string;
}

/** `entry` null: no pool is configured. */
export function tokenStats(entry: PoolEntry | null, pools: readonly string[], nowMs: number): TokenStats {
  if (entry === null) return { pool: null, current_token: null, total_tokens: 0, tokens: [], pools };
  const { pool, state } = entry;
  const tokens = pool.tokens.map(({ name, account }): TokenStat => {
    const token = state.tokens[name]!;
    const block = blockOf(token, null, nowMs);
    return {
      key: name,
      isCurrent: name === state.current,
      blocked: block !== null,
      blockedUntil: block && iso(block.untilMs),
      blockedModels: blockedModels(token, nowMs),
      reason: block?.reason ?? null,
      failures: token.failures,
      lastUsed: token.lastUsedMs === null ? null : iso(token.lastUsedMs),
      account,
    };
  });
  return { pool: pool.name, current_token: state.current, total_tokens: tokens.length, tokens, pools };
}

function blockedModels(token: TokenState, nowMs: number): TokenStat['blockedModels'] {
  return Object.entries(prunedToken(token, nowMs).models)
    .map(([model, { untilMs, reason }]) => ({ model, until: iso(untilMs), reason }))
    .sort((a, b) => (a.model < b.model ? -1 : 1));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

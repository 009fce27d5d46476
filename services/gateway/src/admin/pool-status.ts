import type { TokenPool } from '@holdfast/config/types';
import type { PoolState } from '@holdfast/core/tokens/pool-state';
import { blockOf, freshToken, prunedToken, type TokenState } from '@holdfast/core/tokens/token-state';
import { iso, isoOrNull } from './iso.ts';

/** A token pool as this gateway knows it: names only. Times are ISO 8601. */
export interface PoolStatus {
  readonly name: string;
  readonly current: string | null;
  /** Tokens that some model may use now. */
  readonly available: number;
  readonly tokens: readonly TokenStatus[];
}

export interface TokenStatus {
  readonly name: string;
  readonly account: string;
  /** For every model. */
  readonly blocked: boolean;
  readonly until: string | null;
  readonly reason: string | null;
  readonly failures: number;
  readonly last_used: string | null;
  readonly blocked_models: readonly {
    readonly model: string;
    readonly until: string;
    readonly reason: string;
  }[];
}

export function poolStatus({ name, tokens }: TokenPool, state: PoolState | null, nowMs: number): PoolStatus {
  const shown = tokens.map((token) =>
    tokenStatus(token.name, token.account, state?.tokens[token.name] ?? freshToken, nowMs),
  );
  return {
    name,
    current: state?.current ?? null,
    available: shown.filter(({ blocked }) => !blocked).length,
    tokens: shown,
  };
}

function tokenStatus(name: string, account: string, token: TokenState, nowMs: number): TokenStatus {
  const block = blockOf(token, null, nowMs);
  return {
    name,
    account,
    blocked: block !== null,
    until: isoOrNull(block?.untilMs),
    reason: block?.reason ?? null,
    failures: token.failures,
    last_used: isoOrNull(token.lastUsedMs),
    blocked_models: Object.entries(prunedToken(token, nowMs).models).map(([model, { untilMs, reason }]) => ({
      model,
      until: iso(untilMs),
      reason,
    })),
  };
}

import { editedTokens } from '@holdfast/config/edited-tokens';
import type { PoolToken, TokenPool } from '@holdfast/config/types';
import { type NoTokenReason, type PickOptions, pickToken } from '@holdfast/core/tokens/pick-token';
import {
  fitPoolState,
  mergePools,
  type PoolEvent,
  type PoolState,
  reducePool,
} from '@holdfast/core/tokens/pool-state';
import { rotationReason } from '@holdfast/core/tokens/rotation-reason';
import { blockOf } from '@holdfast/core/tokens/token-state';
import { createTokenUses, type TokenUseCounter } from '@holdfast/core/tokens/token-uses';
import type { CredentialStanding } from '../plan/plan.ts';

/** The token pools as this gateway knows them: its own findings at once, those of others when they arrive. */
export interface TokenStates {
  /** The token that `take` would give. */
  peek(pool: string, wish: TokenWish): PoolToken | null;
  /** The token to use now. */
  take(pool: string, wish: TokenWish): PoolToken | null;
  standing(pool: string, wish: TokenWish): CredentialStanding;
  /** Some account of the pool did not meet its cap of concurrent requests a moment ago. */
  hasRoom(pool: string, nowMs: number): boolean;
  apply(pool: string, event: PoolEvent, nowMs: number): void;
  /** Takes in what the token-rotator published. */
  merge(pool: string, theirs: PoolState): void;
  snapshot(pool: string): PoolState | null;
  configured(pool: string): TokenPool | undefined;
}

/** What a request needs a token for. */
export interface TokenWish extends Pick<PickOptions, 'nowMs' | 'limited' | 'turnInMs'> {
  /** The endpoint's own name for it. */
  readonly model: string;
  /** Tokens this request has tried; those of other accounts are preferred. */
  readonly tried: readonly PoolToken[];
}

/** A pool has left its current token. */
export interface TokenMove {
  readonly pool: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string;
}

interface PoolRecord {
  readonly pool: TokenPool;
  readonly uses: TokenUseCounter;
  state: PoolState;
}

const READY: CredentialStanding = { kind: 'ready' };
const TRIED: CredentialStanding = { kind: 'tried' };
/** What the client is told: 429 for a limit of the provider's that it may wait out. */
const CLIENT_STATUS: Readonly<Record<NoTokenReason, number>> = {
  rate_limited: 429,
  repeated_failures: 429,
  day_quota: 429,
  published_limit: 429,
  too_large: 413,
  no_credit: 503,
  not_in_plan: 503,
  refused: 503,
  invalid: 503,
  tried: 503,
  empty: 503,
};
/** When a pool cannot say when a token returns. */
const UNKNOWN_WAIT_MS = 60_000;

/** `previous`: of the configuration before this one. */
export function createTokenStates(
  pools: readonly TokenPool[],
  previous: TokenStates | null,
  nowMs: number,
  onMoved: (move: TokenMove) => void,
): TokenStates {
  const records = new Map<string, PoolRecord>();
  for (const pool of pools) {
    let state = fitPoolState(pool, previous?.snapshot(pool.name) ?? null);
    for (const token of editedTokens(previous?.configured(pool.name), pool))
      state = reducePool(pool, state, { kind: 'reset', token }, nowMs);
    records.set(pool.name, { pool, uses: createTokenUses(), state });
  }

  const choose = (name: string, { model, tried, ...options }: TokenWish) => {
    const { pool, state, uses } = records.get(name)!;
    if (tried.length === 0) return pickToken(pool, state, model, { ...options, uses });
    return pickToken(pool, state, model, {
      ...options,
      uses,
      tried: new Set(tried.map((token) => token.name)),
      triedAccounts: new Set(tried.map((token) => token.account)),
    });
  };

  function peek(name: string, wish: TokenWish): PoolToken | null {
    let picked = choose(name, wish);
    // A repeat: what failed once may be tried again.
    if ('none' in picked && picked.none === 'tried') picked = choose(name, { ...wish, tried: [] });
    return 'token' in picked ? picked.token : null;
  }

  return {
    peek,
    take(name, wish) {
      const token = peek(name, wish);
      if (token) records.get(name)!.uses.note(token.name, wish.nowMs);
      return token;
    },
    standing(name, wish) {
      const picked = choose(name, wish);
      if ('token' in picked) return READY;
      if (picked.none === 'tried') return TRIED;
      return {
        kind: 'none',
        untilMs: picked.untilMs ?? wish.nowMs + UNKNOWN_WAIT_MS,
        because: `no token: ${picked.none}`,
        clientStatus: CLIENT_STATUS[picked.none],
      };
    },
    hasRoom(name, nowMs) {
      const { pool, state, uses } = records.get(name)!;
      return pool.tokens.some(
        ({ name: token, account }) =>
          !uses.isCrowded(account, nowMs) && blockOf(state.tokens[token]!, null, nowMs) === null,
      );
    },
    apply(name, event, nowMs) {
      const record = records.get(name)!;
      const before = record.state;
      record.state = reducePool(record.pool, before, event, nowMs);
      const member =
        event.kind === 'token' && record.pool.tokens.find(({ name: own }) => own === event.token);
      if (member) record.uses.heard(member, event.event, nowMs);
      const { state } = record;
      if (state.current !== before.current)
        onMoved({
          pool: name,
          from: before.current,
          to: state.current,
          reason: rotationReason(event, before, state, nowMs),
        });
    },
    merge(name, theirs) {
      const record = records.get(name);
      if (record) record.state = fitPoolState(record.pool, mergePools(record.state, theirs));
    },
    snapshot: (name) => records.get(name)?.state ?? null,
    configured: (name) => records.get(name)?.pool,
  };
}

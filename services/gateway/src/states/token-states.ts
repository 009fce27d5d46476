import type { PoolToken, TokenPool } from '@holdfast/config/types';
import { type NoTokenReason, pickToken } from '@holdfast/core/tokens/pick-token';
import {
  fitPoolState,
  mergePools,
  type PoolEvent,
  type PoolMember,
  type PoolState,
  reducePool,
} from '@holdfast/core/tokens/pool-state';
import { createTokenUses, type TokenUseCounter } from '@holdfast/core/tokens/token-uses';
import type { CredentialStanding } from '../plan/plan.ts';

/** The token pools as this gateway knows them: its own findings at once, those of others when they arrive. */
export interface TokenStates {
  /** The token to use for a model, preferring other accounts than those already tried for this request. */
  pick(
    pool: string,
    model: string,
    tried: readonly PoolToken[],
    nowMs: number,
    limitedUntil?: LimitedUntil,
  ): PoolToken | null;
  standing(
    pool: string,
    model: string,
    tried: readonly PoolToken[],
    nowMs: number,
    limitedUntil?: LimitedUntil,
  ): CredentialStanding;
  apply(pool: string, event: PoolEvent, nowMs: number): void;
  /** Takes in what the token-rotator published. */
  merge(pool: string, theirs: PoolState): void;
  snapshot(pool: string): PoolState | null;
}

/** When a token's account has room again below the published limits of the model; null: now. */
export type LimitedUntil = (member: PoolMember) => number | null;

interface PoolRecord {
  readonly pool: TokenPool;
  readonly uses: TokenUseCounter;
  state: PoolState;
}

const READY: CredentialStanding = { kind: 'ready' };
const TRIED: CredentialStanding = { kind: 'tried' };
/** Blocks that are a limit of the provider's, which the client may wait out. */
const LIMITS: ReadonlySet<NoTokenReason> = new Set<NoTokenReason>([
  'rate_limited',
  'repeated_failures',
  'day_quota',
  'published_limit',
]);
/** When a pool cannot say when a token returns. */
const UNKNOWN_WAIT_MS = 60_000;

export function createTokenStates(
  pools: readonly TokenPool[],
  previous: TokenStates | null,
  onMoved: (pool: string, from: string | null, to: string | null) => void,
): TokenStates {
  const records = new Map<string, PoolRecord>(
    pools.map((pool) => [
      pool.name,
      { pool, uses: createTokenUses(), state: fitPoolState(pool, previous?.snapshot(pool.name) ?? null) },
    ]),
  );

  const choose = (
    name: string,
    model: string,
    tried: readonly PoolToken[],
    nowMs: number,
    limitedUntil?: LimitedUntil,
  ) => {
    const { pool, state, uses } = records.get(name)!;
    const options =
      tried.length === 0
        ? { nowMs, uses, limitedUntil }
        : {
            nowMs,
            uses,
            limitedUntil,
            tried: new Set(tried.map((token) => token.name)),
            triedAccounts: new Set(tried.map((token) => token.account)),
          };
    return pickToken(pool, state, model, options);
  };

  return {
    pick(name, model, tried, nowMs, limitedUntil) {
      let picked = choose(name, model, tried, nowMs, limitedUntil);
      // A repeat: what failed once may be tried again.
      if ('none' in picked && picked.none === 'tried') picked = choose(name, model, [], nowMs, limitedUntil);
      if (!('token' in picked)) return null;
      records.get(name)!.uses.note(picked.token.name, nowMs);
      return picked.token;
    },
    standing(name, model, tried, nowMs, limitedUntil) {
      const picked = choose(name, model, tried, nowMs, limitedUntil);
      if ('token' in picked) return READY;
      if (picked.none === 'tried') return TRIED;
      return {
        kind: 'none',
        untilMs: picked.untilMs ?? nowMs + UNKNOWN_WAIT_MS,
        because: `no token: ${picked.none}`,
        clientStatus: LIMITS.has(picked.none) ? 429 : 503,
      };
    },
    apply(name, event, nowMs) {
      const record = records.get(name)!;
      const before = record.state;
      record.state = reducePool(record.pool, before, event, nowMs);
      if (event.kind === 'token') record.uses.heard(event.token, event.event);
      if (record.state.current !== before.current) onMoved(name, before.current, record.state.current);
    },
    merge(name, theirs) {
      const record = records.get(name);
      if (record) record.state = fitPoolState(record.pool, mergePools(record.state, theirs));
    },
    snapshot: (name) => records.get(name)?.state ?? null,
  };
}

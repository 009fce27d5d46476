import type { PoolDefinition, PoolMember, PoolState } from './pool.ts';
import { type BlockReason, blockOf } from './token-state.ts';

/** `tried`: nothing is blocked, but this request has tried them all. `empty`: the pool has no tokens. */
export type NoTokenReason = BlockReason | 'tried' | 'empty' | 'published_limit';

export type PickedToken<Member> =
  | { readonly token: Member }
  /** `untilMs`: when the first of the blocked tokens returns; null when none is blocked. */
  | { readonly none: NoTokenReason; readonly untilMs: number | null };

export interface PickOptions {
  readonly nowMs: number;
  /** Names of tokens this request has tried. */
  readonly tried?: ReadonlySet<string> | undefined;
  /** Accounts this request has tried; tokens of others are preferred. */
  readonly triedAccounts?: ReadonlySet<string> | undefined;
  /** When a token's account has room again below its published limits; null: it has room now. */
  readonly limitedUntil?: ((member: PoolMember) => number | null) | undefined;
  /** What `round_robin` and `least_used` go by (without it they behave like `sticky`), and which tokens are on trial. */
  readonly uses?: TokenUses | undefined;
}

/** How often one process used each token of a pool lately. */
export interface TokenUses {
  readonly last: string | null;
  of(token: string): number;
  /** It is not known to work, and another request is finding out just now. */
  isOnTrial(token: string, nowMs: number): boolean;
}

/** Ranks add up; the lowest is picked. A token on trial is for when nothing else is left. */
const SIBLING_RANK = 1e9;
const TRIAL_RANK = 2e9;

/**
 * The token to try next for a model. O(tokens), and O(1) in the usual case; allocates only the answer. Pure.
 * `state` must fit the pool (`fitPoolState`).
 */
export function pickToken<Member extends PoolMember>(
  pool: PoolDefinition<Member>,
  state: PoolState,
  model: string | null,
  { nowMs, tried, triedAccounts, limitedUntil, uses }: PickOptions,
): PickedToken<Member> {
  const members = pool.tokens;
  const leastUsed = pool.strategy === 'least_used' && uses !== undefined;
  const start = leastUsed ? 0 : startIndex(pool, state, uses);
  let best: Member | null = null;
  let bestRank = Number.POSITIVE_INFINITY;
  let soonest: { readonly untilMs: number; readonly reason: NoTokenReason } | null = null;
  for (let step = 0; step < members.length; step++) {
    const member = members[(start + step) % members.length]!;
    const block = blockOf(state.tokens[member.name]!, model, nowMs);
    if (block !== null) {
      if (soonest === null || block.untilMs < soonest.untilMs) soonest = block;
      continue;
    }
    if (tried?.has(member.name)) continue;
    const untilMs = limitedUntil?.(member) ?? null;
    if (untilMs !== null) {
      if (soonest === null || untilMs < soonest.untilMs) soonest = { untilMs, reason: 'published_limit' };
      continue;
    }
    let rank = leastUsed ? uses.of(member.name) : 0;
    // After every token of another account, however little used.
    if (triedAccounts?.has(member.account)) rank += SIBLING_RANK;
    if (uses?.isOnTrial(member.name, nowMs)) rank += TRIAL_RANK;
    if (rank >= bestRank) continue;
    best = member;
    bestRank = rank;
    if (rank === 0) break;
  }
  if (best !== null) return { token: best };
  if (members.length === 0) return { none: 'empty', untilMs: null };
  return { none: soonest?.reason ?? 'tried', untilMs: soonest?.untilMs ?? null };
}

function startIndex(pool: PoolDefinition, state: PoolState, uses: TokenUses | undefined): number {
  const isTurning = pool.strategy === 'round_robin' && uses !== undefined;
  const from = isTurning ? uses.last : state.current;
  for (let index = 0; index < pool.tokens.length; index++) {
    if (pool.tokens[index]!.name === from) return isTurning ? index + 1 : index;
  }
  return 0;
}

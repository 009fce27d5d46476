import type { PoolDefinition, PoolMember, PoolState } from './pool.ts';
import { type BlockReason, blockOf } from './token-state.ts';

/** `tried`: some are not blocked, but this request has tried those. `empty`: the pool has no tokens. */
export type NoTokenReason = BlockReason | 'tried' | 'empty' | LimitReason;

/** `too_large`: the request is larger than what is published for the model. */
export type LimitReason = 'published_limit' | 'too_large';

/** What keeps a token's account from a request that would break a published limit. */
export interface Limited {
  readonly untilMs: number;
  readonly reason: LimitReason;
}

export type PickedToken<Member> =
  | { readonly token: Member }
  /** `untilMs`: when the first of the blocked tokens returns; null when one may be repeated, or there is none. */
  | { readonly none: NoTokenReason; readonly untilMs: number | null };

export interface PickOptions {
  readonly nowMs: number;
  /** Names of tokens this request has tried. */
  readonly tried?: ReadonlySet<string> | undefined;
  /** Accounts this request has tried; tokens of others are preferred. */
  readonly triedAccounts?: ReadonlySet<string> | undefined;
  /** Whether and until when a published limit keeps a token's account from this request. */
  readonly limited?: ((member: PoolMember) => Limited | null) | undefined;
  /** How many ms a token's turn is away, at most a day; the soonest is preferred, and one below 0 is this request's now. */
  readonly turnInMs?: ((member: PoolMember) => number) | undefined;
  /** What `round_robin` and `least_used` go by (without it they behave like `sticky`), and how the tokens fared here lately. */
  readonly uses?: TokenUses | undefined;
}

/** How often one process used each token of a pool lately. */
export interface TokenUses {
  readonly last: string | null;
  of(token: string): number;
  /** It is not known to work, and another request is finding out just now. */
  isOnTrial(token: string, nowMs: number): boolean;
  /** The last that was heard of it was a refusal. */
  isDoubted(token: string): boolean;
  /** The account met its cap of concurrent requests a moment ago. */
  isCrowded(account: string, nowMs: number): boolean;
}

/** Ranks add up; the lowest is picked. Each outweighs all before it: turns, doubts, siblings, trials, crowds. */
const DOUBTED_RANK = 1e9;
const SIBLING_RANK = 2e9;
const TRIAL_RANK = 4e9;
const CROWDED_RANK = 8e9;

/**
 * The token to try next for a model. O(tokens), and O(1) in the usual case; allocates only the answer. Pure.
 * `state` must fit the pool (`fitPoolState`).
 */
export function pickToken<Member extends PoolMember>(
  pool: PoolDefinition<Member>,
  state: PoolState,
  model: string | null,
  { nowMs, tried, triedAccounts, limited, turnInMs, uses }: PickOptions,
): PickedToken<Member> {
  const members = pool.tokens;
  const leastUsed = pool.strategy === 'least_used' && uses !== undefined;
  const start = leastUsed ? 0 : startIndex(pool, state, uses);
  let best: Member | null = null;
  let mayBeRepeated = false;
  let bestRank = Number.POSITIVE_INFINITY;
  let soonest: { readonly untilMs: number; readonly reason: NoTokenReason } | null = null;
  for (let step = 0; step < members.length; step++) {
    const member = members[(start + step) % members.length]!;
    const block = blockOf(state.tokens[member.name]!, model, nowMs);
    if (block !== null) {
      if (soonest === null || block.untilMs < soonest.untilMs) soonest = block;
      continue;
    }
    if (tried?.has(member.name)) {
      mayBeRepeated = true;
      continue;
    }
    const limit = limited?.(member) ?? null;
    if (limit !== null) {
      if (soonest === null || limit.untilMs < soonest.untilMs) soonest = limit;
      continue;
    }
    let rank = (leastUsed ? uses.of(member.name) : 0) + (turnInMs?.(member) ?? 0);
    // Only a request that was refused goes by it: others have to find out when a token works again.
    if (tried && uses?.isDoubted(member.name)) rank += DOUBTED_RANK;
    // After every token of another account, however little used.
    if (triedAccounts?.has(member.account)) rank += SIBLING_RANK;
    if (uses?.isOnTrial(member.name, nowMs)) rank += TRIAL_RANK;
    if (uses?.isCrowded(member.account, nowMs)) rank += CROWDED_RANK;
    if (rank >= bestRank) continue;
    best = member;
    bestRank = rank;
    if (rank === 0 && turnInMs === undefined) break;
  }
  if (best !== null) return { token: best };
  if (members.length === 0) return { none: 'empty', untilMs: null };
  if (mayBeRepeated || soonest === null) return { none: 'tried', untilMs: null };
  return { none: soonest.reason, untilMs: soonest.untilMs };
}

function startIndex(pool: PoolDefinition, state: PoolState, uses: TokenUses | undefined): number {
  const isTurning = pool.strategy === 'round_robin' && uses !== undefined;
  const from = isTurning ? uses.last : state.current;
  for (let index = 0; index < pool.tokens.length; index++) {
    if (pool.tokens[index]!.name === from) return isTurning ? index + 1 : index;
  }
  return 0;
}

import type { PoolDefinition, PoolMember, PoolState } from './pool.ts';
import { type Block, type BlockReason, blockOf } from './token-state.ts';

/** `tried`: nothing is blocked, but this request has tried them all. `empty`: the pool has no tokens. */
export type NoTokenReason = BlockReason | 'tried' | 'empty';

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
  /** What `round_robin` and `least_used` go by; without it they behave like `sticky`. */
  readonly uses?: TokenUses | undefined;
}

/** How often one process used each token of a pool lately. */
export interface TokenUses {
  readonly last: string | null;
  of(token: string): number;
}

/**
 * The token to try next for a model. O(tokens), and O(1) in the usual case; allocates only the answer. Pure.
 * `state` must fit the pool (`fitPoolState`).
 */
export function pickToken<Member extends PoolMember>(
  pool: PoolDefinition<Member>,
  state: PoolState,
  model: string | null,
  { nowMs, tried, triedAccounts, uses }: PickOptions,
): PickedToken<Member> {
  const members = pool.tokens;
  const leastUsed = pool.strategy === 'least_used' && uses !== undefined;
  const start = leastUsed ? 0 : startIndex(pool, state, uses);
  let best: Member | null = null;
  let bestRank = Number.POSITIVE_INFINITY;
  let soonest: Block | null = null;
  for (let step = 0; step < members.length; step++) {
    const member = members[(start + step) % members.length]!;
    const block = blockOf(state.tokens[member.name]!, model, nowMs);
    if (block !== null) {
      if (soonest === null || block.untilMs < soonest.untilMs) soonest = block;
      continue;
    }
    if (tried?.has(member.name)) continue;
    // A sibling of what was tried comes after every token of another account, however little used.
    const rank =
      (triedAccounts?.has(member.account) ? Number.MAX_SAFE_INTEGER / 2 : 0) +
      (leastUsed ? uses.of(member.name) : 0);
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

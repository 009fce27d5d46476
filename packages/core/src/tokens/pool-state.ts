import { mergeTokens } from './merge-tokens.ts';
import type { PoolDefinition, PoolEvent, PoolState } from './pool.ts';
import { failAlike, mayBenchOneMore, mayBlockOneMore, validatedSoonWhenAllDied } from './provider-fault.ts';
import { reduceToken } from './reduce-token.ts';
import { blockOf, freshToken, type TokenEvent, type TokenState } from './token-state.ts';

export type { PoolDefinition, PoolEvent, PoolMember, PoolState } from './pool.ts';

/** The state of a pool as it is configured now: known tokens keep theirs, new ones start fresh, others are dropped. */
export function fitPoolState(pool: PoolDefinition, known: PoolState | null): PoolState {
  const tokens = Object.fromEntries(
    pool.tokens.map(({ name }) => [name, (known && tokenState(known, name)) ?? freshToken]),
  );
  const kept = known !== null && known.current !== null && Object.hasOwn(tokens, known.current);
  return {
    current: kept ? known.current : (pool.tokens[0]?.name ?? null),
    movedMs: known?.movedMs ?? 0,
    tokens,
  };
}

/** The next state; the same object when nothing changed. Events of tokens that are not in the pool are ignored. Pure. */
export function reducePool(
  pool: PoolDefinition,
  state: PoolState,
  event: PoolEvent,
  nowMs: number,
): PoolState {
  switch (event.kind) {
    case 'rotate':
      return moved(
        state,
        event.to ?? nextToken(pool, state, nowMs) ?? followerOf(pool, state.current),
        nowMs,
      );
    case 'reset': {
      const names = event.token === null ? Object.keys(state.tokens) : [event.token];
      return names.reduce((next, name) => withToken(pool, next, name, { kind: 'reset' }, nowMs), state);
    }
    case 'token':
      return afterTokenEvent(pool, state, event.token, event.event, nowMs);
  }
}

/** Two views of one pool as one: tokens as `mergeTokens`, `current` by the later move. Commutative, idempotent; `a` itself when `b` adds nothing. */
export function mergePools(a: PoolState, b: PoolState): PoolState {
  const changed: [string, TokenState][] = [];
  for (const [name, theirs] of Object.entries(b.tokens)) {
    const ours = tokenState(a, name);
    const merged = ours ? mergeTokens(ours, theirs) : theirs;
    if (merged !== ours) changed.push([name, merged]);
  }
  const theirMove = b.movedMs === a.movedMs ? (b.current ?? '') > (a.current ?? '') : b.movedMs > a.movedMs;
  if (changed.length === 0 && !theirMove) return a;
  const { current, movedMs } = theirMove ? b : a;
  return {
    current,
    movedMs,
    tokens: changed.length === 0 ? a.tokens : { ...a.tokens, ...Object.fromEntries(changed) },
  };
}

/** One token's state, undefined for a name that is not in the pool. */
export function tokenState(state: PoolState, name: string): TokenState | undefined {
  return Object.hasOwn(state.tokens, name) ? state.tokens[name] : undefined;
}

function afterTokenEvent(
  pool: PoolDefinition,
  state: PoolState,
  token: string,
  event: TokenEvent,
  nowMs: number,
): PoolState {
  const member = pool.tokens.find(({ name }) => name === token);
  if (!member) return state;
  const isGuess = event.kind === 'bench' && event.provenance === 'heuristic';
  if (
    event.kind === 'failure'
      ? failAlike(pool, state, token, nowMs)
      : isGuess && !mayBenchOneMore(pool, state, member.account, event.model, nowMs)
  ) {
    // The endpoint's fault: noted, so that the next failures are seen as alike too, but not counted.
    return replaced(state, token, { ...state.tokens[token]!, failedMs: nowMs, lastUsedMs: nowMs });
  }
  let next = withToken(pool, state, token, event, nowMs);
  if (event.kind === 'bench' && event.scope === 'account') {
    for (const { name, account } of pool.tokens) {
      if (account !== member.account || name === token) continue;
      const lastUsedMs = state.tokens[name]!.lastUsedMs;
      next = replaced(next, name, { ...withToken(pool, next, name, event, nowMs).tokens[name]!, lastUsedMs });
    }
  }
  if (event.kind === 'dead') next = validatedSoonWhenAllDied(pool, next, nowMs);
  if (next === state || event.kind === 'success') return next;
  return mustMoveOn(pool, next, nowMs) ? moved(next, nextToken(pool, next, nowMs), nowMs) : next;
}

function withToken(
  pool: PoolDefinition,
  state: PoolState,
  name: string,
  event: TokenEvent,
  nowMs: number,
): PoolState {
  const before = tokenState(state, name);
  if (!before) return state;
  const policy =
    event.kind === 'failure' && !mayBlockOneMore(pool, state, name, nowMs)
      ? { ...pool, blockForMs: 0 }
      : pool;
  const after = reduceToken(before, event, nowMs, policy);
  return after === before ? state : replaced(state, name, after);
}

function replaced(state: PoolState, name: string, token: TokenState): PoolState {
  return { ...state, tokens: { ...state.tokens, [name]: token } };
}

/** Whether the current token is out for longer than a moment: refused `maxFailures` times, blocked, or invalid. */
function mustMoveOn(pool: PoolDefinition, state: PoolState, nowMs: number): boolean {
  const token = state.current === null ? undefined : tokenState(state, state.current);
  if (!token) return state.current !== null;
  if (token.failures >= pool.maxFailures) return true;
  const block = blockOf(token, null, nowMs);
  return block !== null && block.untilMs - nowMs >= pool.blockForMs;
}

function moved(state: PoolState, to: string | null, nowMs: number): PoolState {
  if (to === null || to === state.current || !Object.hasOwn(state.tokens, to)) return state;
  return { ...state, current: to, movedMs: Math.max(nowMs, state.movedMs + 1) };
}

/** The next token, in the pool's order, that can work: another account's first; null when there is none. */
function nextToken(pool: PoolDefinition, state: PoolState, nowMs: number): string | null {
  const at = pool.tokens.findIndex(({ name }) => name === state.current);
  const account = pool.tokens[at]?.account;
  let sibling: string | null = null;
  for (let step = 1; step < pool.tokens.length + (at < 0 ? 1 : 0); step++) {
    const member = pool.tokens[(at + step) % pool.tokens.length]!;
    if (blockOf(state.tokens[member.name]!, null, nowMs) !== null) continue;
    if (member.account !== account) return member.name;
    sibling ??= member.name;
  }
  return sibling;
}

function followerOf(pool: PoolDefinition, current: string | null): string | null {
  const at = pool.tokens.findIndex(({ name }) => name === current);
  return pool.tokens[(at + 1) % pool.tokens.length]?.name ?? null;
}

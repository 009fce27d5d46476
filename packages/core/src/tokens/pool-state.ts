import { mergeTokens } from './merge-tokens.ts';
import {
  blockOf,
  freshToken,
  invalidFrom,
  reduceToken,
  type TokenEvent,
  type TokenState,
} from './token-state.ts';

export interface PoolMember {
  readonly name: string;
  readonly account: string;
}

/** What the states need to know of a pool; the configuration's `TokenPool` is one. */
export interface PoolDefinition<Member extends PoolMember = PoolMember> {
  readonly name: string;
  readonly tokens: readonly Member[];
  readonly strategy: 'sticky' | 'round_robin' | 'least_used';
  readonly maxFailures: number;
  readonly blockForMs: number;
}

/** What is known of a pool. Plain JSON. */
export interface PoolState {
  /** The token a sticky pool starts with; null only in a pool without tokens. */
  readonly current: string | null;
  /** When `current` was last moved; the later move wins. */
  readonly movedMs: number;
  readonly tokens: Readonly<Record<string, TokenState>>;
}

export type PoolEvent =
  | { readonly kind: 'token'; readonly token: string; readonly event: TokenEvent }
  /** An operator moves the pool to a token, or (null) to the next one. */
  | { readonly kind: 'rotate'; readonly to: string | null }
  /** An operator clears one token, or (null) all. */
  | { readonly kind: 'reset'; readonly token: string | null };

/** Refusals of different tokens this close together are "at once". */
const ALIKE_WINDOW_MS = 5000;
/** Fewer tokens failing alike are never taken for a fault of the provider. */
const ALIKE_MIN = 3;
/** When a whole pool dies within this time, the provider's authentication is down rather than every key revoked. */
const ALL_DEAD_WINDOW_MS = 60_000;

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
  if (event.kind === 'failure' && failAlike(pool, state, token, nowMs)) {
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

/** Whether, with this one, so many tokens are refused at once that the endpoint must be the reason. */
function failAlike(pool: PoolDefinition, state: PoolState, token: string, nowMs: number): boolean {
  let alike = 1;
  for (const { name } of pool.tokens) {
    const { failedMs } = state.tokens[name]!;
    if (name !== token && failedMs !== null && nowMs - failedMs <= ALIKE_WINDOW_MS) alike++;
  }
  return alike >= Math.max(ALIKE_MIN, Math.ceil(pool.tokens.length / 2));
}

/** Whatever was guessed of tokens must leave half of the pool in use; two may always be blocked (see `ALIKE_MIN`). */
function mayBlockOneMore(pool: PoolDefinition, state: PoolState, token: string, nowMs: number): boolean {
  let blocked = 1;
  for (const { name } of pool.tokens) {
    const { cooling } = state.tokens[name]!;
    if (name !== token && cooling?.provenance === 'heuristic' && cooling.untilMs > nowMs) blocked++;
  }
  return blocked <= Math.max(ALIKE_MIN - 1, Math.floor(pool.tokens.length / 2));
}

/** A pool that died as a whole is validated after a minute, not after an hour. */
function validatedSoonWhenAllDied(pool: PoolDefinition, state: PoolState, nowMs: number): PoolState {
  const dead = pool.tokens.map(({ name }) => state.tokens[name]!.invalid);
  const atOnce = dead.every((invalid) => invalid !== null && nowMs - invalid.sinceMs < ALL_DEAD_WINDOW_MS);
  if (dead.length < ALIKE_MIN || !atOnce) return state;
  const soon = invalidFrom(nowMs, nowMs + ALL_DEAD_WINDOW_MS);
  const tokens = Object.entries(state.tokens).map(([name, token]) => [name, { ...token, invalid: soon }]);
  return { ...state, tokens: Object.fromEntries(tokens) };
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

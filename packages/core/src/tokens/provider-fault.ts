import type { PoolDefinition, PoolState } from './pool.ts';
import { invalidFrom, nextEpoch, REVALIDATE_AFTER_MS } from './token-state.ts';

/** A fault of the provider is not a fault of tokens: what many tokens meet alike and at once blames the endpoint. */

/** Refusals of different tokens this close together are "at once". */
const ALIKE_WINDOW_MS = 5000;
/** Fewer tokens failing alike are never taken for a fault of the provider. */
const ALIKE_MIN = 3;
/** When a whole pool dies within this time, the provider's authentication is down rather than every key revoked. */
const ALL_DEAD_WINDOW_MS = 60_000;
const ALL_DEAD_VALIDATED_AFTER_MS = 10_000;

/** Whether, with this one, so many tokens are refused at once that the endpoint must be the reason. */
export function failAlike(pool: PoolDefinition, state: PoolState, token: string, nowMs: number): boolean {
  let alike = 1;
  for (const { name } of pool.tokens) {
    const { failedMs } = state.tokens[name]!;
    if (name !== token && failedMs !== null && nowMs - failedMs <= ALIKE_WINDOW_MS) alike++;
  }
  return alike >= Math.max(ALIKE_MIN, Math.ceil(pool.tokens.length / 2));
}

/** Whatever was guessed of tokens must leave half of the pool in use; two may always be blocked (see `ALIKE_MIN`). */
export function mayBlockOneMore(
  pool: PoolDefinition,
  state: PoolState,
  token: string,
  nowMs: number,
): boolean {
  let blocked = 1;
  for (const { name } of pool.tokens) {
    const { cooling } = state.tokens[name]!;
    if (name !== token && cooling?.provenance === 'heuristic' && cooling.untilMs > nowMs) blocked++;
  }
  return blocked <= Math.max(ALIKE_MIN - 1, Math.floor(pool.tokens.length / 2));
}

/** The same for what was guessed of accounts and a model. */
export function mayBenchOneMore(
  pool: PoolDefinition,
  state: PoolState,
  account: string,
  model: string | null,
  nowMs: number,
): boolean {
  const benched = new Set([account]);
  for (const { name, account } of pool.tokens) {
    const { cooling, models } = state.tokens[name]!;
    const bench = model === null ? cooling : Object.hasOwn(models, model) ? models[model]! : null;
    if (bench?.provenance === 'heuristic' && bench.untilMs > nowMs) benched.add(account);
  }
  const accounts = new Set(pool.tokens.map(({ account }) => account));
  return benched.size <= Math.max(ALIKE_MIN - 1, Math.floor(accounts.size / 2));
}

/**
 * A pool that died as a whole is not left alone for an hour: it is validated after ten seconds, and when that fails, after
 * twice as long each time. No older view of the tokens may take that back.
 */
export function validatedSoonWhenAllDied(pool: PoolDefinition, state: PoolState, nowMs: number): PoolState {
  const dead = pool.tokens.flatMap(({ name }) => state.tokens[name]!.invalid ?? []);
  if (dead.length < Math.max(ALIKE_MIN, pool.tokens.length)) return state;
  const since = dead.map(({ sinceMs }) => sinceMs);
  const firstMs = Math.min(...since);
  if (Math.max(...since) - firstMs >= ALL_DEAD_WINDOW_MS) return state;
  const waitMs = Math.min(Math.max(nowMs - firstMs, ALL_DEAD_VALIDATED_AFTER_MS), REVALIDATE_AFTER_MS);
  const tokens = Object.entries(state.tokens).map(([name, token]) => [
    name,
    {
      ...token,
      invalid: invalidFrom(token.invalid!.sinceMs, nowMs + waitMs),
      epochMs: nextEpoch(token, nowMs),
    },
  ]);
  return { ...state, tokens: Object.fromEntries(tokens) };
}

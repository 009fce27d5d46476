import {
  fitPoolState,
  type PoolDefinition,
  type PoolState,
  reducePool,
} from '../../src/tokens/pool-state.ts';
import type { TokenEvent } from '../../src/tokens/token-state.ts';

/** A pool `a1, a2, b1, ...`: the letter is the account. */
export function poolOf(names: readonly string[], overrides: Partial<PoolDefinition> = {}): PoolDefinition {
  return {
    name: 'github',
    tokens: names.map((name) => ({ name, account: name.slice(0, 1) })),
    strategy: 'sticky',
    maxFailures: 3,
    blockForMs: 60_000,
    ...overrides,
  };
}

/** The state after `[token, event, nowMs]` in turn. */
export function after(
  pool: PoolDefinition,
  ...steps: [token: string, event: TokenEvent, nowMs: number][]
): PoolState {
  return steps.reduce(
    (state, [token, event, nowMs]) => reducePool(pool, state, { kind: 'token', token, event }, nowMs),
    fitPoolState(pool, null),
  );
}

export const failure: TokenEvent = { kind: 'failure' };
export const success: TokenEvent = { kind: 'success' };
export const dead: TokenEvent = { kind: 'dead' };
export const stated = (delayMs: number): TokenEvent => ({
  kind: 'bench',
  scope: 'token',
  model: null,
  delayMs,
  provenance: 'authoritative',
  reason: 'rate_limited',
});
export const dayQuota = (model: string, delayMs: number | null): TokenEvent => ({
  kind: 'bench',
  scope: 'account',
  model,
  delayMs,
  provenance: delayMs === null ? 'heuristic' : 'authoritative',
  reason: 'day_quota',
});
export const noCredit: TokenEvent = {
  kind: 'bench',
  scope: 'account',
  model: null,
  delayMs: null,
  provenance: 'credit',
  reason: 'no_credit',
};

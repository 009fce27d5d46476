import type { DelayProvenance } from '../verdict.ts';

/** Why a token is not used; `docs/token-rotator.md` says of each how to clear it. */
export type BlockReason =
  /** The provider named a delay. */
  | 'rate_limited'
  /** `max_failures` refusals in a row without a named delay. */
  | 'repeated_failures'
  | 'day_quota'
  | 'no_credit'
  | 'not_in_plan'
  /** Refused for a model without a reason that says more (a bare 401 or 403). */
  | 'refused'
  | 'invalid';

export interface Block {
  readonly untilMs: number;
  readonly reason: BlockReason;
}

export interface Bench extends Block {
  readonly sinceMs: number;
  /** Only `heuristic` benches may be probed early. */
  readonly provenance: DelayProvenance;
}

/** The provider does not accept the token. From `notBeforeMs` it may be validated; nobody having done so, it is tried again at `untilMs`. */
export interface Invalid extends Block {
  readonly sinceMs: number;
  readonly notBeforeMs: number;
}

/** What is known of one token. Plain JSON; all times are epoch ms on the caller's steady clock. */
export interface TokenState {
  /** When its penalties were last cleared on purpose (reset, validation); what was learned before a clearing does not count. */
  readonly epochMs: number;
  /** Refusals in a row, at most the pool's `maxFailures`; a success takes one off. */
  readonly failures: number;
  /** The last refusal without a named delay. */
  readonly failedMs: number | null;
  /** Rests for every model. */
  readonly cooling: Bench | null;
  readonly invalid: Invalid | null;
  /** Rests for these models, by the endpoint's own name for them. */
  readonly models: Readonly<Record<string, Bench>>;
  /** Within `USE_RESOLUTION_MS`, so that a success on a healthy token costs nothing. */
  readonly lastUsedMs: number | null;
}

export type TokenEvent =
  | { readonly kind: 'success' }
  /** Refused without a named delay. */
  | { readonly kind: 'failure' }
  /** Rest of the token or of all tokens of its account, for one model or (null) for all. `delayMs` null: the reason's usual time. */
  | {
      readonly kind: 'bench';
      readonly scope: 'token' | 'account';
      readonly model: string | null;
      readonly delayMs: number | null;
      readonly provenance: DelayProvenance;
      readonly reason: Exclude<BlockReason, 'invalid'>;
    }
  /** The provider's concurrency cap was met: no fault of the token (FAULTS P14). */
  | { readonly kind: 'concurrency' }
  /** The provider does not know the token (FAULTS P04, P05). */
  | { readonly kind: 'dead' }
  /** An operator clears everything. */
  | { readonly kind: 'reset' }
  /** What was only guessed of the token is dropped. */
  | { readonly kind: 'acquitted' }
  /** A probe was accepted: the provider knows the token, and may have been asked too early about its pace. */
  | { readonly kind: 'validated' };

export interface TokenPolicy {
  readonly maxFailures: number;
  readonly blockForMs: number;
}

/** No penalty outlives this (FAULTS I07). */
export const MAX_BENCH_MS = 24 * 3_600_000;
/** A dead token may be validated from here on (FAULTS P05). */
export const REVALIDATE_AFTER_MS = 3_600_000;
/** How long the token-rotator has for that before a gateway tries the token itself. */
const VALIDATION_GRACE_MS = 300_000;
/** Rest of an account without money when the provider names none (FAULTS P16: hours). */
const NO_CREDIT_MS = 3_600_000;
const USE_RESOLUTION_MS = 1000;
/** Model names can come from clients; what a provider refuses per model must not fill the memory. */
const MAX_MODELS = 200;

const NO_MODELS: TokenState['models'] = {};

export const freshToken: TokenState = {
  epochMs: 0,
  failures: 0,
  failedMs: null,
  cooling: null,
  invalid: null,
  models: NO_MODELS,
  lastUsedMs: null,
};

/**
 * The next state; the same object when nothing changed. Never shortens a penalty, except by `reset`, `acquitted` and
 * `validated`, also when an event arrives late. Pure.
 */
export function reduceToken(
  state: TokenState,
  event: TokenEvent,
  nowMs: number,
  policy: TokenPolicy,
): TokenState {
  const lastUsedMs = Math.max(state.lastUsedMs ?? 0, nowMs);
  switch (event.kind) {
    case 'success':
      if (state.failures === 0 && state.invalid === null) return touched(state, nowMs);
      return {
        ...state,
        failures: Math.max(0, state.failures - 1),
        invalid: state.invalid !== null && state.invalid.untilMs > nowMs ? state.invalid : null,
        lastUsedMs,
      };
    case 'concurrency':
      return touched(state, nowMs);
    case 'failure': {
      const failures = counted(state, policy);
      const blocks = failures >= policy.maxFailures && policy.blockForMs > 0;
      const block = bench(nowMs, policy.blockForMs, 'heuristic', 'repeated_failures');
      const cooling = blocks ? longer(state.cooling, block) : state.cooling;
      return { ...state, failures, cooling, failedMs: Math.max(state.failedMs ?? 0, nowMs), lastUsedMs };
    }
    case 'bench': {
      const delayMs = event.delayMs ?? usualDelay(event.reason, nowMs, policy);
      const added = bench(nowMs, delayMs, event.provenance, event.reason);
      if (event.model !== null)
        return { ...state, models: withBench(state.models, event.model, added, nowMs), lastUsedMs };
      const counts = event.reason === 'rate_limited' && event.scope === 'token';
      const failures = counts ? counted(state, policy) : state.failures;
      return { ...state, failures, cooling: longer(state.cooling, added), lastUsedMs };
    }
    case 'dead': {
      const invalid = invalidFrom(state.invalid?.sinceMs ?? nowMs, nowMs + REVALIDATE_AFTER_MS);
      return { ...state, invalid: longer(state.invalid, invalid), lastUsedMs };
    }
    case 'reset':
      return { ...freshToken, epochMs: nextEpoch(state, nowMs), lastUsedMs: state.lastUsedMs };
    case 'acquitted': {
      const models = Object.entries(state.models).filter(([, { provenance }]) => provenance !== 'heuristic');
      const cleared = {
        ...state,
        failures: 0,
        cooling: stated(state.cooling),
        models: Object.fromEntries(models),
      };
      const isNews =
        state.failures > 0 ||
        cleared.cooling !== state.cooling ||
        models.length < Object.keys(state.models).length;
      return isNews ? { ...cleared, epochMs: nextEpoch(state, nowMs) } : state;
    }
    case 'validated': {
      const cooling = stated(state.cooling);
      if (cooling === state.cooling && state.invalid === null) return state;
      // One step from the next block: a probe says that the token is known, not that it is within its limits.
      const failures = Math.min(state.failures, policy.maxFailures - 1);
      return { ...state, failures, cooling, invalid: null, epochMs: nextEpoch(state, nowMs) };
    }
  }
}

/** What keeps the token from this model (null: from every model) now, the longest first; null when nothing does. Allocates nothing. */
export function blockOf(state: TokenState, model: string | null, nowMs: number): Block | null {
  let block: Block | null = null;
  if (state.invalid !== null && state.invalid.untilMs > nowMs) block = state.invalid;
  if (state.cooling !== null && state.cooling.untilMs > (block?.untilMs ?? nowMs)) block = state.cooling;
  if (model !== null && state.models !== NO_MODELS && Object.hasOwn(state.models, model)) {
    const benched = state.models[model]!;
    if (benched.untilMs > (block?.untilMs ?? nowMs)) block = benched;
  }
  return block;
}

/** The state without what has run out; the same object when nothing has. */
export function prunedToken(state: TokenState, nowMs: number): TokenState {
  const cooling = state.cooling !== null && state.cooling.untilMs > nowMs ? state.cooling : null;
  const entries = Object.entries(state.models);
  const active = entries.filter(([, { untilMs }]) => untilMs > nowMs);
  if (cooling === state.cooling && active.length === entries.length) return state;
  return { ...state, cooling, models: Object.fromEntries(active) };
}

export function invalidFrom(sinceMs: number, notBeforeMs: number): Invalid {
  return { sinceMs, notBeforeMs, untilMs: notBeforeMs + VALIDATION_GRACE_MS, reason: 'invalid' };
}

/** The later of two penalties; in any order the same. */
export function longer<B extends Bench | Invalid>(a: B | null, b: B | null): B | null {
  if (a === null || b === null) return a ?? b;
  if (a.untilMs !== b.untilMs) return a.untilMs > b.untilMs ? a : b;
  return JSON.stringify(a) >= JSON.stringify(b) ? a : b;
}

function bench(nowMs: number, delayMs: number, provenance: DelayProvenance, reason: BlockReason): Bench {
  return {
    sinceMs: nowMs,
    untilMs: nowMs + Math.min(Math.max(delayMs, 0), MAX_BENCH_MS),
    provenance,
    reason,
  };
}

/** A bench unless it is a guess. */
function stated(bench: Bench | null): Bench | null {
  return bench?.provenance === 'heuristic' ? null : bench;
}

function usualDelay(reason: BlockReason, nowMs: number, policy: TokenPolicy): number {
  // Until midnight UTC, when day quotas end that name no other time.
  if (reason === 'day_quota') return MAX_BENCH_MS - (nowMs % MAX_BENCH_MS);
  if (reason === 'no_credit') return NO_CREDIT_MS;
  return reason === 'not_in_plan' ? MAX_BENCH_MS : policy.blockForMs;
}

function counted(state: TokenState, policy: TokenPolicy): number {
  return Math.min(state.failures + 1, policy.maxFailures);
}

function nextEpoch(state: TokenState, nowMs: number): number {
  return Math.max(state.epochMs + 1, nowMs);
}

function touched(state: TokenState, nowMs: number): TokenState {
  return state.lastUsedMs !== null && nowMs - state.lastUsedMs < USE_RESOLUTION_MS
    ? state
    : { ...state, lastUsedMs: nowMs };
}

function withBench(
  models: TokenState['models'],
  model: string,
  added: Bench,
  nowMs: number,
): TokenState['models'] {
  const known = Object.hasOwn(models, model) ? models[model]! : null;
  const kept = Object.entries(models).filter(([name, { untilMs }]) => untilMs > nowMs && name !== model);
  if (kept.length >= MAX_MODELS) {
    const soonest = kept.reduce((least, entry) => (entry[1].untilMs < least[1].untilMs ? entry : least));
    kept.splice(kept.indexOf(soonest), 1);
  }
  kept.push([model, longer(known, added)!]);
  return Object.fromEntries(kept);
}

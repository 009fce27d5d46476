import type { DelayProvenance } from '../verdict.ts';
import {
  type Bench,
  type BlockReason,
  freshToken,
  invalidFrom,
  longer,
  MAX_BENCH_MS,
  nextEpoch,
  REVALIDATE_AFTER_MS,
  type TokenEvent,
  type TokenPolicy,
  type TokenState,
} from './token-state.ts';

/** Rest of an account without money when the provider names none (FAULTS P16: hours). */
const NO_CREDIT_MS = 3_600_000;
const USE_RESOLUTION_MS = 1000;
/** Model names can come from clients; what a provider refuses per model must not fill the memory. */
const MAX_MODELS = 200;

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

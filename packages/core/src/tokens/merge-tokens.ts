import { longer, type TokenState } from './token-state.ts';

/**
 * Two views of one token as one (FAULTS I04): what was learned before the newer clearing is dropped, of the rest every
 * penalty keeps its longest time. Commutative and idempotent; `a` itself when `b` adds nothing. Pure.
 */
export function mergeTokens(a: TokenState, b: TokenState): TokenState {
  if (a === b) return a;
  const lastUsedMs = latest(a.lastUsedMs, b.lastUsedMs);
  if (a.epochMs !== b.epochMs) {
    const newer = a.epochMs > b.epochMs ? a : b;
    return newer.lastUsedMs === lastUsedMs ? newer : { ...newer, lastUsedMs };
  }
  const merged: TokenState = {
    epochMs: a.epochMs,
    failures: mergedFailures(a, b),
    failedMs: latest(a.failedMs, b.failedMs),
    cooling: longer(a.cooling, b.cooling),
    invalid: longer(a.invalid, b.invalid),
    models: mergedModels(a.models, b.models),
    lastUsedMs,
  };
  return isSame(a, merged) ? a : merged;
}

/** The count moves both ways, so the view that saw the token last is right about it. */
function mergedFailures(a: TokenState, b: TokenState): number {
  const difference = (a.lastUsedMs ?? 0) - (b.lastUsedMs ?? 0);
  if (difference === 0) return Math.max(a.failures, b.failures);
  return difference > 0 ? a.failures : b.failures;
}

function mergedModels(a: TokenState['models'], b: TokenState['models']): TokenState['models'] {
  const added = Object.entries(b).filter(
    ([model, bench]) => !Object.hasOwn(a, model) || longer(a[model]!, bench) !== a[model],
  );
  return added.length === 0 ? a : { ...a, ...Object.fromEntries(added) };
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

function isSame(a: TokenState, b: TokenState): boolean {
  return (
    a.failures === b.failures &&
    a.failedMs === b.failedMs &&
    a.cooling === b.cooling &&
    a.invalid === b.invalid &&
    a.models === b.models &&
    a.lastUsedMs === b.lastUsedMs
  );
}

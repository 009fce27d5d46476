import { type PoolState, tokenState } from './pool-state.ts';
import type { Bench, Invalid } from './token-state.ts';

/** What is younger may still be on its way; what ends sooner is not worth telling. */
const KNOWN_FOR_MS = 10_000;
const LASTS_FOR_MS = 30_000;

/** Whether `ours` holds a penalty of some weight that `theirs` has lost: reports were dropped, or the store was emptied. */
export function knowsMore(ours: PoolState, theirs: PoolState, nowMs: number): boolean {
  return Object.entries(theirs.tokens).some(([name, b]) => {
    const a = tokenState(ours, name);
    if (!a || a.epochMs < b.epochMs) return false;
    if (isLost(a.cooling, b.cooling, nowMs) || isLost(a.invalid, b.invalid, nowMs)) return true;
    return Object.entries(a.models).some(([model, bench]) => {
      return isLost(bench, Object.hasOwn(b.models, model) ? b.models[model]! : null, nowMs);
    });
  });
}

function isLost(ours: Bench | Invalid | null, theirs: Bench | Invalid | null, nowMs: number): boolean {
  if (ours === null || ours.sinceMs > nowMs - KNOWN_FOR_MS || ours.untilMs < nowMs + LASTS_FOR_MS)
    return false;
  return theirs === null || theirs.untilMs < ours.untilMs - LASTS_FOR_MS;
}

import type { PoolState } from '@holdfast/core/tokens/pool-state';
import type { TokenState } from '@holdfast/core/tokens/token-state';

/** `dead`: an invalid token may have come back. `early`: a guessed block may be over. `returning`: a long bench is about to end. */
export type ValidationCause = 'dead' | 'early' | 'returning';

export interface DueValidation {
  readonly token: string;
  readonly cause: ValidationCause;
  /** Tells this occasion from the next one of the same token. */
  readonly occasion: string;
}

/** Shorter benches are not worth a call before they end. */
const LONG_BENCH_MS = 300_000;
/** How long before its end a long bench is checked. */
const BEFORE_RETURN_MS = 10_000;

/**
 * The tokens of a pool to validate now: of one in which all are dead one at a time, since more would say the same. Benches of
 * single models are never probed: day quotas count every call (FAULTS P15, X01).
 */
export function dueValidations(state: PoolState, nowMs: number): DueValidation[] {
  const due = Object.entries(state.tokens).flatMap(([token, known]) => {
    const cause = causeOf(known, nowMs);
    return cause === null ? [] : [{ token, ...cause }];
  });
  return Object.values(state.tokens).every(({ invalid }) => invalid !== null) ? due.slice(0, 1) : due;
}

function causeOf(
  { invalid, cooling }: TokenState,
  nowMs: number,
): { cause: ValidationCause; occasion: string } | null {
  if (invalid !== null) {
    return nowMs >= invalid.notBeforeMs ? { cause: 'dead', occasion: `dead ${invalid.notBeforeMs}` } : null;
  }
  if (cooling === null || cooling.untilMs <= nowMs) return null;
  const lengthMs = cooling.untilMs - cooling.sinceMs;
  if (cooling.provenance === 'heuristic') {
    const isHalfway = nowMs >= cooling.sinceMs + lengthMs / 2;
    return isHalfway ? { cause: 'early', occasion: `early ${cooling.untilMs}` } : null;
  }
  const isReturning = lengthMs >= LONG_BENCH_MS && cooling.untilMs - nowMs <= BEFORE_RETURN_MS;
  return isReturning ? { cause: 'returning', occasion: `returning ${cooling.untilMs}` } : null;
}

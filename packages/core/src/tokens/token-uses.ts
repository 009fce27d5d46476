import type { TokenUses } from './pick-token.ts';
import type { TokenEvent } from './token-state.ts';

const MINUTE_MS = 60_000;
/** A trial without a result after this was abandoned or is slow; another request may try as well. */
const TRIAL_MS = 5000;

export interface TokenUseCounter extends TokenUses {
  /** A request takes the token. */
  note(token: string, nowMs: number): void;
  /** What came of it. */
  heard(token: string, event: TokenEvent): void;
}

/**
 * Counts one process's uses of a pool's tokens in the running minute: a minute and not for ever, so that a token that
 * returns from a long block is not handed all the traffic until it has caught up. A token that has not worked yet, or not
 * since its last refusal, is on trial with one request at a time: so a dead one costs one refusal, not one for each
 * request under way.
 */
export function createTokenUses(): TokenUseCounter {
  const counts = new Map<string, number>();
  const works = new Set<string>();
  /** Token -> when its trial began. */
  const trials = new Map<string, number>();
  let last: string | null = null;
  let minute = 0;
  return {
    get last() {
      return last;
    },
    of: (token) => counts.get(token) ?? 0,
    isOnTrial(token, nowMs) {
      const sinceMs = trials.get(token);
      return sinceMs !== undefined && nowMs - sinceMs < TRIAL_MS;
    },
    note(token, nowMs) {
      const current = Math.floor(nowMs / MINUTE_MS);
      if (current !== minute) counts.clear();
      minute = current;
      last = token;
      counts.set(token, (counts.get(token) ?? 0) + 1);
      if (!works.has(token)) trials.set(token, nowMs);
    },
    heard(token, event) {
      trials.delete(token);
      if (event.kind === 'success' || event.kind === 'concurrency') works.add(token);
      else works.delete(token);
    },
  };
}

import type { TokenUses } from './pick-token.ts';
import type { PoolMember } from './pool.ts';
import type { TokenEvent } from './token-state.ts';

const MINUTE_MS = 60_000;
/** A trial without a result after this was abandoned or is slow; another request may try as well. */
const TRIAL_MS = 5000;
/** A place at a full account is free within about this (FAULTS P14). */
const CROWDED_MS = 1000;

export interface TokenUseCounter extends TokenUses {
  /** A request takes the token. */
  note(token: string, nowMs: number): void;
  /** What came of it. */
  heard(token: PoolMember, event: TokenEvent, nowMs: number): void;
}

/**
 * Counts one process's uses of a pool's tokens in the running minute: a minute and not for ever, so that a token that
 * returns from a long block is not handed all the traffic until it has caught up. A token that has not worked yet, or not
 * since its last refusal, is on trial with one request at a time: so a dead one costs one refusal, not one for each
 * request under way. An account that is full is left alone for a moment, its tokens being none the worse for it.
 */
export function createTokenUses(): TokenUseCounter {
  const counts = new Map<string, number>();
  /** Token -> whether it was let in the last time. */
  const letIn = new Map<string, boolean>();
  /** Account -> when it was full. */
  const crowded = new Map<string, number>();
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
    isDoubted: (token) => letIn.get(token) === false,
    isCrowded(account, nowMs) {
      const sinceMs = crowded.get(account);
      return sinceMs !== undefined && nowMs - sinceMs < CROWDED_MS;
    },
    note(token, nowMs) {
      const current = Math.floor(nowMs / MINUTE_MS);
      if (current !== minute) counts.clear();
      minute = current;
      last = token;
      counts.set(token, (counts.get(token) ?? 0) + 1);
      if (!letIn.get(token)) trials.set(token, nowMs);
    },
    heard({ name, account }, event, nowMs) {
      trials.delete(name);
      letIn.set(name, event.kind === 'success' || event.kind === 'concurrency');
      if (event.kind === 'concurrency') crowded.set(account, nowMs);
    },
  };
}

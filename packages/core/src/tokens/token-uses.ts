import type { TokenUses } from './pick-token.ts';

const MINUTE_MS = 60_000;

export interface TokenUseCounter extends TokenUses {
  note(token: string, nowMs: number): void;
}

/**
 * Counts the uses of a pool's tokens in the running minute. A minute and not for ever, so that a token that returns
 * from a long block is not handed all the traffic until it has caught up.
 */
export function createTokenUses(): TokenUseCounter {
  const counts = new Map<string, number>();
  let last: string | null = null;
  let minute = 0;
  return {
    get last() {
      return last;
    },
    of: (token) => counts.get(token) ?? 0,
    note(token, nowMs) {
      const current = Math.floor(nowMs / MINUTE_MS);
      if (current !== minute) counts.clear();
      minute = current;
      last = token;
      counts.set(token, (counts.get(token) ?? 0) + 1);
    },
  };
}

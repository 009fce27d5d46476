import { limitKey } from '@holdfast/state/keys';
import type { SharedState } from '@holdfast/state/shared-state';

/** What probes cost in model tokens today (UTC), over all replicas. */
export interface Spending {
  /** The day's cap is reached: no more chats. */
  readonly capped: boolean;
  /** Learns what other replicas, or this one before a restart, have spent. */
  refresh(): Promise<void>;
  add(llmTokens: number): Promise<void>;
}

const DAY_MS = 86_400_000;

export function createSpending(state: SharedState, now: () => number, capPerDay: number): Spending {
  let day = '';
  let spent = 0;

  /** A store that is away counts later; the cap holds by what this process knows. */
  async function count(llmTokens: number): Promise<void> {
    const today = new Date(now()).toISOString().slice(0, 10);
    if (today !== day) spent = 0;
    day = today;
    spent += llmTokens;
    const shared = await state
      .count(limitKey(`probe-llm-tokens:${today}`), llmTokens, DAY_MS)
      .catch(() => null);
    if (shared && day === today) spent = Math.max(spent, shared.count);
  }

  return {
    get capped() {
      return spent >= capPerDay && day === new Date(now()).toISOString().slice(0, 10);
    },
    refresh: () => count(0),
    add: count,
  };
}

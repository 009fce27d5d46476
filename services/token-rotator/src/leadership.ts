import { everyInterval } from '@holdfast/runtime/schedule';
import type { SharedState } from '@holdfast/state/shared-state';

/** One token-rotator at a time owns the pools. */
export interface Leadership {
  /** By a lease that has not run out, also while the store cannot be asked. */
  readonly leading: boolean;
  /** Tries to take or keep the lead now. Never rejects. */
  renew(): Promise<void>;
  stop(): Promise<void>;
}

export interface LeadershipOptions {
  readonly state: SharedState;
  readonly owner: string;
  readonly now: () => number;
  /** The lead was gained, or the store had forgotten who has it: called before `leading` turns true. */
  readonly onGained: () => Promise<void>;
  readonly onLost: () => void;
}

const LEASE_NAME = 'token-rotator';
const LEASE_MS = 10_000;
const RENEW_INTERVAL_MS = 3000;

export function keepLeadership({ state, owner, now, onGained, onLost }: LeadershipOptions): Leadership {
  let leadsUntilMs = 0;
  const leads = () => now() < leadsUntilMs;
  let led = false;
  let lastFence: number | null = null;

  async function renew(): Promise<void> {
    const askedMs = now();
    const fence = await state.acquireLease(LEASE_NAME, owner, LEASE_MS).catch(() => undefined);
    if (fence === null) leadsUntilMs = 0;
    if (typeof fence === 'number') {
      // Another number for the same owner: the store was emptied in between.
      if (!leads() || fence !== lastFence) await onGained();
      lastFence = fence;
      // From before the question, so that it ends here before it ends there.
      leadsUntilMs = askedMs + LEASE_MS;
    }
    if (led && !leads()) onLost();
    led = leads();
  }

  const renewal = everyInterval(RENEW_INTERVAL_MS, renew, () => {});
  return {
    get leading() {
      return leads();
    },
    renew,
    async stop() {
      renewal.stop();
      leadsUntilMs = 0;
      await state.releaseLease(LEASE_NAME, owner).catch(() => {});
    },
  };
}

import type { Logger } from '@holdfast/runtime/logger';
import { everyInterval } from '@holdfast/runtime/schedule';
import type { SharedState } from '@holdfast/state/shared-state';

export interface LeadershipOptions {
  readonly state: SharedState;
  readonly logger: Logger;
  /** This process's name among the replicas. */
  readonly owner: string;
  /** A replica takes over within this time after the leader died. */
  readonly ttlMs: number;
  /** `takenOver`: another replica has led before. */
  readonly onGained: (takenOver: boolean) => void;
}

export interface Leadership {
  readonly leads: boolean;
  /** Gives the lease back, so that another replica need not wait for its end. */
  stop(): Promise<void>;
}

const LEASE = 'health-checker';
const BEATS_PER_TTL = 3;

/**
 * Keeps one prober in the fleet by a lease with an end. While the store is away nobody new can lead, and who led goes on:
 * a replica that can reach nobody must neither stop watching nor start a second watch.
 */
export function keepLeadership({ state, logger, owner, ttlMs, onGained }: LeadershipOptions): Leadership {
  let leads = false;
  let sawAnother = false;
  let stopped = false;

  async function beat(): Promise<void> {
    const fence = await state.acquireLease(LEASE, owner, ttlMs);
    if (stopped) return;
    const gained = fence !== null && !leads;
    const lost = fence === null && leads;
    leads = fence !== null;
    if (gained) {
      logger.info({ fence, takenOver: sawAnother }, 'this replica probes');
      onGained(sawAnother);
    }
    if (lost) logger.info('another replica probes');
    sawAnother ||= fence === null;
  }
  // That the store is away is its own news.
  const beatQuietly = () => beat().catch(() => {});

  void beatQuietly();
  const beats = everyInterval(ttlMs / BEATS_PER_TTL, beatQuietly, () => {});
  const forget = state.onUpChange((up) => {
    if (up) void beatQuietly();
  });
  return {
    get leads() {
      return leads;
    },
    async stop() {
      stopped = true;
      beats.stop();
      forget();
      if (leads) await state.releaseLease(LEASE, owner).catch(() => {});
      leads = false;
    },
  };
}

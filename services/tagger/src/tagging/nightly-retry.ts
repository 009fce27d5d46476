import type { Config } from '@holdfast/config/types';
import type { Logger } from '@holdfast/runtime/logger';
import { onCron } from '@holdfast/runtime/schedule';
import { leaseKey } from '@holdfast/state/keys';
import type { SharedState } from '@holdfast/state/shared-state';
import type { Store } from '../store/store.ts';

export interface NightlyRetryOptions {
  readonly store: Store;
  readonly state: SharedState;
  readonly owner: string;
  readonly config: () => Config;
  readonly onQueued: () => void;
  readonly logger: Logger;
  readonly now: () => number;
}

export interface NightlyRetry {
  /** Takes over a changed `tagging.schedule`. */
  reschedule(): void;
  stop(): void;
}

/** One of several taggers does it; the others find the lease taken. */
const LEASE_MS = 60_000;
/** All there are; they were all in the line before. */
const NO_LIMIT = 1_000_000_000;

/** Puts all posts without tags that have attempts left in line at the times of `tagging.schedule`. */
export function createNightlyRetry(options: NightlyRetryOptions): NightlyRetry {
  const { store, state, owner, config, onQueued, logger, now } = options;

  async function retryAll(): Promise<void> {
    // Doing it twice changes nothing, so without the shared store everybody does it.
    const mayRun = await state.acquireLease(leaseKey('nightly-tagging'), owner, LEASE_MS).catch(() => 0);
    if (mayRun === null) return;
    const { maxAttempts } = config().tagging;
    const request = { userId: null, force: false, limit: NO_LIMIT, maxAttempts, nowMs: now() };
    const result = await store.use(({ requeue }) => requeue.retry(request));
    logger.info({ event: 'nightly_retry', ...result }, 'posts without tags are in line again');
    if (result.queued > 0) onQueued();
  }

  const start = (schedule: string) => ({
    schedule,
    task: onCron(schedule, retryAll, (error) =>
      logger.error({ event: 'nightly_retry', err: error }, 'the nightly retry failed'),
    ),
  });
  let current = start(config().tagging.schedule);

  return {
    reschedule() {
      const { schedule } = config().tagging;
      if (schedule === current.schedule) return;
      current.task.stop();
      current = start(schedule);
    },
    stop: () => current.task.stop(),
  };
}

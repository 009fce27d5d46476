import { everyInterval } from '@holdfast/runtime/schedule';
import type { Job } from '../store/queue.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { JobPolicy } from './job.ts';
import { createPause } from './pause.ts';
import { createSleeper } from './sleeper.ts';
import { type JobContext, workOnJob } from './work-on-job.ts';

export interface WorkerOptions extends Omit<JobContext, 'stop'> {
  /** Null: no model is configured, so nothing is claimed. */
  readonly policy: () => JobPolicy | null;
  readonly concurrency: () => number;
}

export interface Worker {
  /** There may be something to do: looks now instead of at the next poll. */
  wake(): void;
  /** Takes no more jobs, gives those in work `drainMs` to end, then hands them back. */
  close(drainMs: number): Promise<void>;
}

/** A killed worker's jobs are taken over after this. */
const LEASE_MS = 15_000;
const EXTEND_EVERY_MS = 5000;
/** How soon a post is seen that another process put in line. */
const POLL_MS = 1000;
/** For handing back what was cut at the end of the drain. */
const HAND_BACK_MS = 3000;

/**
 * Claims jobs as places are free and carries each through one call; a job that waits for its next call holds no place.
 * While the gateway cannot be called, or the database not be reached, the whole line rests instead of each post failing.
 */
export function createWorker(options: WorkerOptions): Worker {
  const { store, policy, concurrency, logger, owner, now } = options;
  const running = new Map<Job, Promise<void>>();
  const sleeper = createSleeper();
  const stop = new AbortController();
  const gatewayRest = createPause({ firstMs: 1000, maxMs: 30_000 });
  const databaseRest = createPause({ firstMs: 500, maxMs: 15_000 });
  let stopping = false;
  let claimsInDoubt = false;

  async function extendClaims(): Promise<void> {
    const ids = [...running.keys()].map(({ postId }) => postId);
    if (ids.length > 0) await store.use(({ queue }) => queue.extend(owner, ids, now() + LEASE_MS));
  }
  const heartbeat = everyInterval(EXTEND_EVERY_MS, extendClaims, (error) => {
    logger.warn({ event: 'tagging_claims', err: error }, 'claims could not be extended');
  });

  /** Fills the free places; returns how long to sleep. */
  async function turn(): Promise<number> {
    const current = policy();
    const free = concurrency() - running.size;
    if (current === null || free <= 0) return POLL_MS;
    if (gatewayRest.leftMs() > 0) return gatewayRest.leftMs();
    try {
      // After an outage the results still held here come first, or their expired claims would be taken again.
      if (claimsInDoubt) await extendClaims();
      const nowMs = now();
      const claim = { owner, limit: free, nowMs, untilMs: nowMs + LEASE_MS };
      const jobs = await store.use(({ queue }) => queue.claim(claim));
      databaseRest.clear();
      claimsInDoubt = false;
      for (const job of jobs) start(job, current);
      if (jobs.length === free) return POLL_MS;
      const nextMs = await store.use(({ queue }) => queue.nextDueMs());
      return nextMs === null ? POLL_MS : Math.min(POLL_MS, Math.max(1, nextMs - now()));
    } catch (error) {
      // The store itself reports when it goes and comes.
      if (!(error instanceof StoreUnavailable))
        logger.error({ event: 'tagging_claims', err: error }, 'jobs could not be claimed');
      claimsInDoubt = true;
      return databaseRest.lengthen();
    }
  }

  function start(job: Job, current: JobPolicy): void {
    const work = workOnJob(job, current, { ...options, stop: stop.signal })
      .then((outcome) => {
        if (outcome.kind === 'not_called') gatewayRest.lengthen(outcome.retryAfterMs);
        else if (outcome.kind === 'failed' && outcome.unasked) gatewayRest.lengthen();
        else if (outcome.kind !== 'no_text') gatewayRest.clear();
      })
      .catch((error: unknown) => {
        logger.error(
          { event: 'tagging_unwritten', post_id: job.postId, err: error },
          'a result was not written; the post will be claimed again',
        );
      })
      .finally(() => {
        running.delete(job);
        sleeper.wake();
      });
    running.set(job, work);
  }

  const loop = (async () => {
    while (!stopping) await sleeper.sleep(await turn());
  })();

  const idle = async (withinMs: number) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([Promise.all(running.values()), late]);
    clearTimeout(timer);
  };

  return {
    wake: sleeper.wake,
    async close(drainMs) {
      stopping = true;
      sleeper.wake();
      await loop;
      await idle(drainMs);
      stop.abort();
      await idle(HAND_BACK_MS);
      heartbeat.stop();
    },
  };
}

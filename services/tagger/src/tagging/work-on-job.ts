import type { Logger } from '@holdfast/runtime/logger';
import type { JobResult } from '../metrics.ts';
import type { Job } from '../store/queue.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';
import type { AskGateway } from './ask-gateway.ts';
import { type CallOutcome, type JobPolicy, type JobState, modelForStep, reduceJob } from './job.ts';
import { createPause } from './pause.ts';
import { createSleeper } from './sleeper.ts';

export interface JobContext {
  readonly store: Store;
  readonly ask: AskGateway;
  readonly onJobEnd: (result: JobResult, durationMs: number) => void;
  readonly logger: Logger;
  readonly owner: string;
  readonly now: () => number;
  readonly random: () => number;
  /** Aborted when the process must end: cuts calls, and ends the patience with the database. */
  readonly stop: AbortSignal;
}

/** A post whose claims ended this often in a row without any result takes its process down with it. */
const MAX_INTERRUPTIONS = 10;
const WRITE_RETRY = { firstMs: 200, maxMs: 10_000 };

/** One claimed job: one call, and what it makes of the post. Rejects only where the result could not be written. */
export async function workOnJob(job: Job, policy: JobPolicy, context: JobContext): Promise<CallOutcome> {
  const model = modelForStep(job.step, policy);
  const outcome = await callFor(job, model, context);
  const state = reduceJob(job, outcome, policy, context.now(), context.random());
  try {
    await write(job, state, model, context);
  } catch (error) {
    if (error instanceof StoreUnavailable || state.status === 'failed') throw error;
    // The database refuses this very result, e.g. tags longer than an existing column: it will refuse it again.
    context.logger.warn(
      { event: 'tagging_refused', post_id: job.postId, err: error },
      'the database refuses the result',
    );
    const refused = {
      status: 'failed',
      attempts: job.attempts + 1,
      error: 'the database refuses the tags',
    } as const;
    await write(job, refused, model, context);
  }
  return outcome;
}

async function callFor(job: Job, model: string, { ask, stop }: JobContext): Promise<CallOutcome> {
  if (job.text.trim() === '') return { kind: 'no_text' };
  if (job.interruptions >= MAX_INTERRUPTIONS) {
    return { kind: 'permanent', reason: `given up: its tagging was cut ${job.interruptions} times in a row` };
  }
  // Tags in another language are asked for once more, and better than none after that.
  return ask({ model, text: job.text, anyLanguage: job.step > 0, signal: stop });
}

/** A result keeps its place in the line until the database takes it, so no more calls are made than can be written. */
async function write(job: Job, state: JobState, model: string, context: JobContext): Promise<void> {
  const { store, owner, stop } = context;
  const rest = createPause(WRITE_RETRY);
  const sleeper = createSleeper();
  stop.addEventListener('abort', sleeper.wake);
  try {
    for (;;) {
      try {
        const written = await store.use(({ queue }) => queue.finish(job, owner, state));
        return report(job, state, model, written, context);
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || stop.aborted) throw error;
      }
      await sleeper.sleep(rest.lengthen());
    }
  } finally {
    stop.removeEventListener('abort', sleeper.wake);
  }
}

function report(job: Job, state: JobState, model: string, written: boolean, context: JobContext): void {
  const { logger, onJobEnd, now } = context;
  const durationMs = now() - job.startedMs;
  const { status, attempts } = state;
  const fields = {
    post_id: job.postId,
    model,
    status,
    attempts,
    error: 'error' in state ? state.error : null,
  };
  if (!written) {
    onJobEnd('superseded', durationMs);
    logger.info({ event: 'tagging_superseded', ...fields }, 'the claim was lost and the result not written');
  } else if (status === 'pending' || (status === 'retrying' && attempts === job.attempts)) {
    logger.debug({ event: 'tagging_call', ...fields, step: job.step }, 'a call for tags failed');
  } else {
    onJobEnd(status, durationMs);
    const message = `tagging attempt ended: ${status}`;
    const line = { event: 'tagging_attempt', ...fields, duration_ms: durationMs };
    if (status === 'failed') logger.warn(line, message);
    else logger.info(line, message);
  }
}

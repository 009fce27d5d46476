import { failureQueueKey } from './keys.ts';
import type { SharedState } from './shared-state.ts';

/** An endpoint that waits for its next check. */
export interface QueuedEndpoint {
  readonly id: string;
  /** Next check, epoch ms. */
  readonly dueMs: number;
}

const MAX_QUEUED = 10_000;

/** Puts an endpoint in, due at `dueMs`; one that waits already keeps its time. */
export async function enqueueFailure(state: SharedState, id: string, dueMs: number): Promise<void> {
  await state.sortedAdd(failureQueueKey, id, Math.round(dueMs), { onlyNew: true });
}

/** Puts an endpoint in or moves it to `dueMs`. */
export async function rescheduleFailure(state: SharedState, id: string, dueMs: number): Promise<void> {
  await state.sortedAdd(failureQueueKey, id, Math.round(dueMs));
}

export async function dequeueFailure(state: SharedState, id: string): Promise<void> {
  await state.sortedRemove(failureQueueKey, id);
}

/** Everything in the queue, soonest first. */
export async function readFailureQueue(state: SharedState): Promise<QueuedEndpoint[]> {
  const members = await state.sortedRange(failureQueueKey, Number.MAX_SAFE_INTEGER, MAX_QUEUED);
  return members.map(({ member, score }) => ({ id: member, dueMs: score }));
}

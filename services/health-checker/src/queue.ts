import type { Logger } from '@holdfast/runtime/logger';
import {
  dequeueFailure,
  enqueueFailure,
  readFailureQueue,
  rescheduleFailure,
} from '@holdfast/state/failure-queue';
import type { SharedState } from '@holdfast/state/shared-state';
import type { HealthMetrics } from './metrics.ts';

/** The failure queue as last seen. Writes are told to the store, and hold here although the store may be away. */
export interface FailureQueue {
  has(id: string): boolean;
  /** Ids whose time has come. */
  due(nowMs: number): string[];
  /** Reads what gateways and other replicas have put in and taken out; returns who is new. */
  refresh(): Promise<string[]>;
  put(id: string, dueMs: number, reason: string | null): Promise<void>;
  remove(id: string, reason: string): Promise<void>;
  /** Puts these back where a store that lost its data has none of them. */
  restore(ids: readonly string[], dueMs: number): Promise<void>;
}

export function createFailureQueue(state: SharedState, metrics: HealthMetrics, logger: Logger): FailureQueue {
  let queued = new Map<string, number>();
  const changed = () => metrics.queueLength(queued.size);

  return {
    has: (id) => queued.has(id),
    due: (nowMs) => [...queued].filter(([, dueMs]) => dueMs <= nowMs).map(([id]) => id),
    async refresh() {
      const before = queued;
      const read = await readFailureQueue(state);
      queued = new Map(read.map(({ id, dueMs }) => [id, dueMs]));
      changed();
      return [...queued.keys()].filter((id) => !before.has(id));
    },
    async put(id, dueMs, reason) {
      if (!queued.has(id)) logger.warn({ endpoint: id, reason }, 'endpoint enters the failure queue');
      queued.set(id, dueMs);
      changed();
      await rescheduleFailure(state, id, dueMs).catch(() => {});
    },
    async remove(id, reason) {
      if (queued.delete(id)) logger.info({ endpoint: id, reason }, 'endpoint leaves the failure queue');
      changed();
      await dequeueFailure(state, id).catch(() => {});
    },
    async restore(ids, dueMs) {
      for (const id of ids.filter((missing) => !queued.has(missing))) {
        queued.set(id, dueMs);
        await enqueueFailure(state, id, dueMs);
      }
      changed();
    },
  };
}

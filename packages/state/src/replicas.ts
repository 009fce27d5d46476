import { randomUUID } from 'node:crypto';
import { limitKey } from './keys.ts';
import type { SharedState } from './shared-state.ts';

/** How many gateways share the store, for those limits that must be divided while it is away. */
export interface Replicas {
  /** At least 1; the last number known. */
  readonly count: number;
  stop(): Promise<void>;
}

const BEAT_INTERVAL_MS = 10_000;
/** Three beats missed: gone. */
const GONE_AFTER_MS = 30_000;
const MAX_COUNTED = 1000;

/** Announces this process in the shared store every ten seconds and counts the others that do. Never rejects. */
export function countReplicas(state: SharedState, now: () => number, id: string = randomUUID()): Replicas {
  const key = limitKey('gateways');
  let count = 1;

  async function beat(): Promise<void> {
    await state.sortedAdd(key, id, now());
    const members = await state.sortedRange(key, Number.MAX_SAFE_INTEGER, MAX_COUNTED);
    const gone = members.filter(({ score }) => score < now() - GONE_AFTER_MS);
    count = Math.max(1, members.length - gone.length);
    for (const { member } of gone) await state.sortedRemove(key, member);
  }
  const beatQuietly = () => void beat().catch(() => {});

  beatQuietly();
  const timer = setInterval(beatQuietly, BEAT_INTERVAL_MS);
  timer.unref();
  const forget = state.onUpChange((up) => {
    if (up) beatQuietly();
  });
  return {
    get count() {
      return count;
    },
    async stop() {
      clearInterval(timer);
      forget();
      await state.sortedRemove(key, id).catch(() => {});
    },
  };
}

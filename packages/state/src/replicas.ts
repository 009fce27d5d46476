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
/** Others start, or find the store again, at about the same time. */
const COUNT_AGAIN_MS = 1000;
/** Three beats missed: gone. */
const GONE_AFTER_MS = 30_000;
const MAX_COUNTED = 1000;

/** Announces this process in the shared store every ten seconds and counts the others that do, once more a second after it was found. Never rejects. */
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

  let again: NodeJS.Timeout | undefined;
  function meet(): void {
    beatQuietly();
    clearTimeout(again);
    again = setTimeout(beatQuietly, COUNT_AGAIN_MS);
    again.unref();
  }

  meet();
  const timer = setInterval(beatQuietly, BEAT_INTERVAL_MS);
  timer.unref();
  const forget = state.onUpChange((up) => {
    if (up) meet();
  });
  return {
    get count() {
      return count;
    },
    async stop() {
      clearInterval(timer);
      clearTimeout(again);
      forget();
      await state.sortedRemove(key, id).catch(() => {});
    },
  };
}

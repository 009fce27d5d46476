import { setInterval } from 'node:timers/promises';

/** Runs the task now and then every `ms` until the signal; a slow one delays the next, and its first failure ends it. */
export async function every(ms: number, signal: AbortSignal, task: () => Promise<void>): Promise<void> {
  await task();
  try {
    for await (const _ of setInterval(ms, undefined, { signal })) await task();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

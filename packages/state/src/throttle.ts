import { throttleKey } from './keys.ts';
import type { SharedState } from './shared-state.ts';

export interface ThrottleTurn {
  /** At least this long between two turns of the line; 0: no throttle. */
  readonly intervalMs: number;
  /** A longer wait is refused as soon as it is foreseen. */
  readonly maxWaitMs: number;
  /** When the request came that asks; the line is in this order. Default: now. */
  readonly arrivedMs?: number;
  /** Aborted when the client leaves: the place in the line is given up. */
  readonly signal?: AbortSignal | undefined;
}

export interface Throttle {
  /**
   * Waits for a turn in a line (`<model>` or `<token>/<model>`), in order of arrival: a request that was refused and asks again
   * keeps its place before those that came later. Resolves with the ms waited, or null when the
   * turn would come too late or the signal was aborted; then nothing is used up. Never rejects.
   */
  takeTurn(line: string, turn: ThrottleTurn): Promise<number | null>;
  /** How many ms a newcomer's turn is away, as far as this process knows of the line. */
  turnInMs(line: string, intervalMs: number): number;
}

export interface ThrottleOptions {
  readonly state: SharedState;
  readonly now: () => number;
  /** How many processes share each line's pace while the store is away. */
  readonly replicas: () => number;
}

interface Waiter {
  readonly intervalMs: number;
  readonly arrivedMs: number;
  readonly sinceMs: number;
  readonly deadlineMs: number;
  settle(waitedMs: number | null): void;
}

interface Line {
  readonly waiters: Waiter[];
  /** The moment booked for whoever is first then; null while none is. */
  bookedMs: number | null;
  /** No turn before this, whatever the store says. */
  freeMs: number;
  serving: boolean;
}

/** Asking takes time too: a turn this much later than wanted is still in time. */
const SLACK_MS = 5;
/** Lines are named after models, which clients choose; idle ones are forgotten beyond this. */
const MAX_LINES = 1000;

/**
 * Minimum intervals across processes. Waiters queue here, and one moment at a time is booked in the shared store for
 * whoever is first when it comes: so a client that leaves frees its place, and processes take turns with each other.
 */
export function createThrottle({ state, now, replicas }: ThrottleOptions): Throttle {
  const lines = new Map<string, Line>();

  function lineOf(name: string): Line {
    const known = lines.get(name);
    if (known) return known;
    if (lines.size >= MAX_LINES) {
      for (const [other, { serving, freeMs }] of lines) if (!serving && freeMs <= now()) lines.delete(other);
    }
    const line: Line = { waiters: [], bookedMs: null, freeMs: 0, serving: false };
    lines.set(name, line);
    return line;
  }

  async function serve(name: string, line: Line): Promise<void> {
    if (line.serving) return;
    line.serving = true;
    for (let first = line.waiters[0]; first; first = line.waiters[0]) {
      const atMs = await book(name, line, first);
      if (atMs === null) {
        leave(line, first);
        continue;
      }
      line.bookedMs = atMs;
      dismissLate(line, atMs);
      await sleepUntil(atMs, now);
      line.bookedMs = null;
      const next = line.waiters.shift();
      if (!next) {
        await giveBack(name, line, atMs, first.intervalMs);
        continue;
      }
      const leavesMs = now();
      line.freeMs += leavesMs - atMs; // a busy process wakes late, and the next one keeps its distance from that
      next.settle(Math.round(leavesMs - next.sinceMs));
    }
    line.serving = false;
  }

  /** The next free moment in the store's line and in ours; null when it is too late for `waiter`. */
  async function book(name: string, line: Line, { intervalMs, deadlineMs }: Waiter): Promise<number | null> {
    const shared = await reserve(name, intervalMs, deadlineMs - now());
    if (shared === null) {
      line.freeMs = Math.max(line.freeMs, deadlineMs); // all that the store tells: not before then
      return null;
    }
    const atMs = Math.max(now() + shared.waitMs, line.freeMs);
    if (atMs > deadlineMs) return null;
    line.freeMs = atMs + intervalMs * (shared.alone ? Math.max(1, replicas()) : 1);
    return atMs;
  }

  /** All who waited for the moment have left. */
  async function giveBack(name: string, line: Line, atMs: number, intervalMs: number): Promise<void> {
    line.freeMs = atMs;
    if (state.up) await state.returnSlot(throttleKey(name), intervalMs).catch(() => {}); // then it is as if it had been used
  }

  async function reserve(
    name: string,
    intervalMs: number,
    maxWaitMs: number,
  ): Promise<{ waitMs: number; alone: boolean } | null> {
    if (state.up) {
      try {
        const waitMs = await state.reserveSlot(throttleKey(name), intervalMs, Math.max(0, maxWaitMs));
        return waitMs === null ? null : { waitMs, alone: false };
      } catch {
        // The line goes on by this process's own clock.
      }
    }
    return { waitMs: 0, alone: true };
  }

  return {
    turnInMs(name, intervalMs) {
      const line = lines.get(name);
      return line ? turnInMs(line, line.waiters.length, intervalMs, now()) : 0;
    },
    async takeTurn(name, { intervalMs, maxWaitMs, signal, arrivedMs = now() }) {
      if (intervalMs <= 0) return 0;
      if (signal?.aborted) return null;
      const line = lineOf(name);
      const nowMs = now();
      const place = line.waiters.findLastIndex((waiter) => waiter.arrivedMs <= arrivedMs) + 1;
      if (turnInMs(line, place, intervalMs, nowMs) > maxWaitMs + SLACK_MS) return null;
      return new Promise((resolve) => {
        const abandon = () => leave(line, waiter);
        const waiter: Waiter = {
          intervalMs,
          arrivedMs,
          sinceMs: nowMs,
          deadlineMs: nowMs + maxWaitMs + SLACK_MS,
          settle(waitedMs) {
            signal?.removeEventListener('abort', abandon);
            resolve(waitedMs);
          },
        };
        signal?.addEventListener('abort', abandon, { once: true });
        line.waiters.splice(place, 0, waiter);
        void serve(name, line);
      });
    },
  };
}

/** `place`: how many waiters come first. */
function turnInMs({ bookedMs, freeMs }: Line, place: number, intervalMs: number, nowMs: number): number {
  return (bookedMs ?? Math.max(nowMs, freeMs)) + place * intervalMs - nowMs;
}

function leave(line: Line, waiter: Waiter): void {
  const place = line.waiters.indexOf(waiter);
  if (place < 0) return;
  line.waiters.splice(place, 1);
  waiter.settle(null);
}

/** Whoever can be seen to come too late goes elsewhere now. */
function dismissLate(line: Line, atMs: number): void {
  let turnMs = atMs;
  for (const waiter of [...line.waiters]) {
    if (turnMs > waiter.deadlineMs) leave(line, waiter);
    else turnMs += waiter.intervalMs;
  }
}

/** Timers may fire a little early; a turn must not. */
async function sleepUntil(atMs: number, now: () => number): Promise<void> {
  for (let leftMs = atMs - now(); leftMs > 0; leftMs = atMs - now()) {
    await new Promise<void>((resolve) => setTimeout(resolve, Math.ceil(leftMs)));
  }
}

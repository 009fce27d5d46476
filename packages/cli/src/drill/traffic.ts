import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from 'undici';
import { ask, type Question, type Reply } from './ask.ts';

export interface Traffic {
  /** Sent one after the other at a steady pace, whatever comes back: the outage as it is met. */
  readonly first: readonly Reply[];
  /** Sent when all of those were answered: the outage as it is known. */
  readonly later: readonly Reply[];
}

export interface TrafficOptions extends Omit<Question, 'number' | 'stream'> {
  readonly streamsOnly: boolean;
  /** As many requests, if that is bearable; the fallback ratio counts from a number on. */
  readonly atLeast: number;
}

/** Forty requests a second. */
const PACE_MS = 25;
const FIRST_COUNT = 20;
const LATER_COUNT = 5;
/** The gateway's log remembers a hundred. */
export const MAX_REQUESTS = 100;

/** Bounded traffic of one client: half of it streams. */
export async function sendTraffic({ streamsOnly, atLeast, ...question }: TrafficOptions): Promise<Traffic> {
  const count = Math.min(MAX_REQUESTS - LATER_COUNT, Math.max(FIRST_COUNT, atLeast));
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const send = (number: number) =>
    ask({ ...question, number, stream: streamsOnly || number % 2 === 1 }, dispatcher);
  try {
    const underWay: Promise<Reply>[] = [];
    for (let number = 0; number < count; number++) {
      if (number > 0) await pause(PACE_MS);
      underWay.push(send(number));
    }
    const first = await Promise.all(underWay);
    const rest = Array.from({ length: LATER_COUNT }, (_, index) => send(count + index));
    return { first, later: await Promise.all(rest) };
  } finally {
    await dispatcher.destroy();
  }
}

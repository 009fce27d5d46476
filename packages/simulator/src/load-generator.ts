import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { type LoadResult, sendLoadRequest } from './load-request.ts';
import { createLoadTally, type LoadSummary } from './load-tally.ts';
import { seededRandom } from './random.ts';

export interface LoadOptions {
  /** The gateway; `/v1/chat/completions` is added. */
  readonly url: string;
  readonly requestsPerSecond: number;
  /** Asked for in turn. */
  readonly models: readonly string[];
  /** Share of the requests that ask for a stream, 0 to 1. Default 0. */
  readonly streamShare?: number;
  /** Default: until `stop`. */
  readonly durationS?: number;
  /** A request due while this many are open is dropped, and counted. Default 200. */
  readonly maxConcurrency?: number;
  readonly apiKey?: string;
  /** Default 120 s, as long as a gateway may take with all its retries. */
  readonly timeoutMs?: number;
  readonly onResult?: (result: LoadResult) => void;
  /** Gets one line every `summaryEveryS` (10). */
  readonly log?: (line: string) => void;
  readonly summaryEveryS?: number;
  readonly seed?: number;
}

export interface Load {
  /** The whole run, once it is over and every answer is in. */
  readonly finished: Promise<LoadSummary>;
  /** Sends no more; resolves when the answers under way are in. */
  stop(): Promise<void>;
}

const TICK_MS = 20;

/** A steady stream of chat requests: an open loop, so that a slow gateway does not slow the load down. */
export function runLoad(options: LoadOptions): Load {
  const { requestsPerSecond, models, streamShare = 0, durationS = Number.POSITIVE_INFINITY } = options;
  const { maxConcurrency = 200, timeoutMs = 120_000, summaryEveryS = 10, seed = 1, apiKey } = options;
  const url = new URL('/v1/chat/completions', options.url);
  const agent = new (url.protocol === 'https:' ? SecureAgent : Agent)({ keepAlive: true });
  const random = seededRandom(seed);
  const total = createLoadTally();
  let lately = createLoadTally();
  const open = new Set<Promise<void>>();
  const startedAt = performance.now();
  let due = 0;
  let summed = 1;
  const over = Promise.withResolvers<void>();

  async function send(): Promise<void> {
    const result = await sendLoadRequest({
      url,
      agent,
      model: models[due % models.length] ?? 'gpt-4o-mini',
      stream: random() < streamShare,
      prompt: `Load request ${due}: what is ${due} plus ${due}?`,
      apiKey,
      timeoutMs,
    });
    total.add(result);
    lately.add(result);
    options.onResult?.(result);
  }

  function tick(): void {
    const elapsedS = (performance.now() - startedAt) / 1000;
    const shouldHaveSent = Math.floor(Math.min(elapsedS, durationS) * requestsPerSecond);
    for (; due < shouldHaveSent; due++) {
      if (open.size >= maxConcurrency) {
        total.drop();
        lately.drop();
        continue;
      }
      const exchange: Promise<void> = send().finally(() => open.delete(exchange));
      open.add(exchange);
    }
    if (elapsedS >= summed * summaryEveryS) {
      summed += 1;
      options.log?.(lately.line(summaryEveryS));
      lately = createLoadTally();
    }
    if (elapsedS >= durationS) over.resolve();
  }

  const timer = setInterval(tick, TICK_MS);
  const finished = over.promise.then(async () => {
    clearInterval(timer);
    await Promise.all(open);
    agent.destroy();
    return total.summary();
  });
  return {
    finished,
    async stop() {
      over.resolve();
      await finished;
    },
  };
}

import type { Reply } from './http-client.ts';
import { percentile } from './percentile.ts';

/** What a load came to. Times are ms. */
export interface LoadResult {
  readonly total: number;
  readonly statuses: Readonly<Record<number, number>>;
  /** What was wrong with replies, and how often. */
  readonly problems: Readonly<Record<string, number>>;
  readonly problemCount: number;
  /** The first few replies with a problem, to find them in the logs. */
  readonly examples: readonly string[];
  readonly samples: readonly Sample[];
  readonly p50: number;
  readonly p99: number;
  /** How long the machine stood still meanwhile: what was due then was not sent. */
  readonly stoodStillMs: number;
}

export interface Sample {
  /** Unix time in ms. */
  readonly startedAt: number;
  readonly tookMs: number;
  readonly status: number;
  /** Told by the response headers. */
  readonly endpoint: string;
  readonly fallback: string;
}

export interface LoadOptions {
  /** Requests per second, sent whatever comes back. */
  readonly rate: number;
  /** Ends after so many; else `stop` ends it. */
  readonly count?: number;
  /** Sends the n-th request. */
  readonly send: (n: number) => Promise<Reply>;
  /** What is wrong with a reply; null: nothing. */
  readonly judge: (reply: Reply, n: number) => string | null;
}

export interface RunningLoad {
  readonly done: Promise<LoadResult>;
  /** Sends no more, waits for what is under way. */
  stop(): Promise<LoadResult>;
  readonly sent: number;
}

const TICK_MS = 4;
const EXAMPLES = 5;
const STANDSTILL_MS = 1000;

/** An open loop: a slow answer delays no later request, so that waiting shows in the figures. */
export function startLoad({ rate, count = Number.POSITIVE_INFINITY, send, judge }: LoadOptions): RunningLoad {
  const started = performance.now();
  const samples: Sample[] = [];
  const problems: Record<string, number> = {};
  const examples: string[] = [];
  const { promise: done, resolve } = Promise.withResolvers<LoadResult>();
  let sent = 0;
  let underWay = 0;
  let stopped = false;

  const finish = () => {
    if (!stopped || underWay > 0) return;
    const took = samples.map(({ tookMs }) => tookMs);
    const statuses: Record<number, number> = {};
    for (const { status } of samples) statuses[status] = (statuses[status] ?? 0) + 1;
    resolve({
      total: samples.length,
      statuses,
      problems,
      problemCount: Object.values(problems).reduce((sum, times) => sum + times, 0),
      examples,
      samples,
      p50: percentile(took, 0.5),
      p99: percentile(took, 0.99),
      stoodStillMs: Math.round(lostMs),
    });
  };
  const stop = () => {
    stopped = true;
    clearInterval(timer);
    finish();
    return done;
  };
  const fire = async (n: number) => {
    underWay++;
    const reply = await send(n);
    const problem = judge(reply, n);
    if (problem !== null) {
      problems[problem] = (problems[problem] ?? 0) + 1;
      if (examples.length < EXAMPLES) {
        examples.push(
          `request ${n} (${reply.headers['x-request-id'] ?? 'no id'}), ${problem}: ${reply.status} ${reply.broken ?? ''} ${reply.text.slice(0, 400)}`,
        );
      }
    }
    samples.push({
      startedAt: reply.startedAt,
      tookMs: reply.tookMs,
      status: reply.status,
      endpoint: reply.headers['x-holdfast-endpoint'] ?? '',
      fallback: reply.headers['x-holdfast-fallback'] ?? '',
    });
    underWay--;
    finish();
  };
  let lastTickMs = started;
  let lostMs = 0;
  const tick = () => {
    const nowMs = performance.now();
    // A machine that stood still for a while is no reason for a burst of everything that was due meanwhile.
    if (nowMs - lastTickMs > STANDSTILL_MS) lostMs += nowMs - lastTickMs;
    lastTickMs = nowMs;
    const due = Math.min(count, ((nowMs - started - lostMs) / 1000) * rate);
    while (sent < due) void fire(sent++);
    if (sent >= count) void stop();
  };
  const timer = setInterval(tick, TICK_MS);
  return {
    done,
    stop,
    get sent() {
      return sent;
    },
  };
}

export const runLoad = (options: LoadOptions & { readonly count: number }): Promise<LoadResult> =>
  startLoad(options).done;

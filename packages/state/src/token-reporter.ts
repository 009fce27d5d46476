import type { TokenEvent } from '@holdfast/core/tokens/token-state';
import type { TokenUse } from '@holdfast/core/tokens/verdict-to-token-event';
import { tokenReportsChannel, tokenReportsKey } from './keys.ts';
import type { SharedState } from './shared-state.ts';
import { MAX_REPORTS, reportEntry, type TokenReport } from './token-records.ts';

export interface TokenReporter {
  /**
   * Notes the outcome of one use; returns at once and never throws. Successes of a token that has nothing to live down
   * travel together, after a pause soon (`FIRST_HEALTHY_MS`), else every `HEALTHY_INTERVAL_MS`; everything else within
   * `BATCH_INTERVAL_MS`.
   */
  report(pool: string, use: TokenUse, outcome: { result: string; event: TokenEvent }): void;
  /** Sends what is waiting. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface TokenReporterOptions {
  readonly state: SharedState;
  readonly now: () => number;
  /** A report was dropped because the store has been away for too long. */
  readonly onDropped?: (count: number) => void;
}

/** A first report goes at once; what follows within this time goes together: some ten appends per second, whatever the traffic. */
const BATCH_INTERVAL_MS = 100;
/** Healthy use is told for `lastUsed` only. */
const HEALTHY_INTERVAL_MS = 10_000;
const FIRST_HEALTHY_MS = 500;
const MAX_BATCH = 100;
/** No pool asks for more refusals in a row than this before it acts. */
const MAX_REFUSALS = 100;
const MAX_WAITING = 1000;

/** The gateways' side of the report stream: batches, waits in a bounded queue while the store is away, and never blocks. */
export function createTokenReporter({ state, now, onDropped }: TokenReporterOptions): TokenReporter {
  const waiting: TokenReport[] = [];
  const healthy = new Map<string, TokenReport>();
  /** Refusals reported of a token less the successes since: as many successes are told one by one, for each takes one off. */
  const toLiveDown = new Map<string, number>();
  /** When the healthy use of a token was told last. */
  const told = new Map<string, number>();
  let healthyDueMs = Number.POSITIVE_INFINITY;
  let sentMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let timerDueMs = 0;
  let sending: Promise<void> | null = null;
  let closed = false;

  function plan(): void {
    if (closed || (waiting.length === 0 && healthy.size === 0)) return;
    const dueMs = waiting.length > 0 ? sentMs + BATCH_INTERVAL_MS : healthyDueMs;
    if (timer && timerDueMs <= dueMs) return;
    clearTimeout(timer);
    timerDueMs = dueMs;
    timer = setTimeout(
      () => {
        timer = undefined;
        void flush(false);
      },
      Math.max(0, dueMs - now()),
    );
    timer.unref();
  }

  function flush(all: boolean): Promise<void> {
    sending ??= send(all).finally(() => {
      sending = null;
      plan();
    });
    return sending;
  }

  async function send(all: boolean): Promise<void> {
    sentMs = now();
    const isUrgent = waiting.length > 0;
    if (healthy.size > 0 && (all || sentMs >= healthyDueMs)) {
      for (const key of healthy.keys()) told.set(key, sentMs);
      enqueue([...healthy.values()]);
      healthy.clear();
      healthyDueMs = Number.POSITIVE_INFINITY;
    }
    while (waiting.length > 0 && state.up) {
      const batch = waiting.splice(0, MAX_BATCH);
      try {
        await state.streamAppend(tokenReportsKey, reportEntry(batch), MAX_REPORTS);
      } catch {
        waiting.unshift(...batch); // the store says itself that it is away; this goes with the next turn
        enqueue([]);
        return;
      }
    }
    if (isUrgent && state.up) await state.publish(tokenReportsChannel, '').catch(() => {});
  }

  function enqueue(reports: readonly TokenReport[]): void {
    waiting.push(...reports);
    const excess = waiting.length - MAX_WAITING;
    if (excess <= 0) return;
    waiting.splice(0, excess);
    onDropped?.(excess);
  }

  return {
    report(pool, { token, account, model }, { result, event }) {
      const nowMs = now();
      const key = `${pool}\n${token}`;
      const report: TokenReport = { pool, token, account, model, result, event, atMs: nowMs, uses: 1 };
      const refusals = toLiveDown.get(key) ?? 0;
      if (event.kind === 'concurrency' || (event.kind === 'success' && refusals === 0)) {
        const againMs = (told.get(key) ?? Number.NEGATIVE_INFINITY) + HEALTHY_INTERVAL_MS;
        healthyDueMs = Math.min(healthyDueMs, Math.max(nowMs + FIRST_HEALTHY_MS, againMs));
        healthy.set(key, { ...report, uses: (healthy.get(key)?.uses ?? 0) + 1 });
      } else {
        toLiveDown.set(key, event.kind === 'success' ? refusals - 1 : Math.min(refusals + 1, MAX_REFUSALS));
        // What came before the refusal must not live it down.
        const earlier = healthy.get(key);
        healthy.delete(key);
        enqueue(earlier ? [earlier, report] : [report]);
      }
      plan();
    },
    flush: () => flush(true),
    async close() {
      closed = true;
      clearTimeout(timer);
      await sending;
      await flush(true);
    },
  };
}

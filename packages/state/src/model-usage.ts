import { randomUUID } from 'node:crypto';
import {
  addUsage,
  type ModelUsage,
  noUsage,
  reduceUsage,
  type UsageEvent,
  usageAt,
} from '@holdfast/core/model-limits';
import { z } from 'zod';
import { limitKey } from './keys.ts';
import { readRecord } from './records.ts';
import type { SharedState } from './shared-state.ts';

/** What each account uses of each limited model, over all processes that share the store. Nothing here waits for it. */
export interface SharedModelUsage {
  /** Of all processes; the others' as of the last exchange. */
  usageOf(account: string, model: string): ModelUsage;
  note(account: string, model: string, event: UsageEvent): void;
  /** Tells the store our counts and reads the others'. Never rejects. */
  exchange(): Promise<void>;
  stop(): void;
}

export interface ModelUsageOptions {
  readonly state: SharedState;
  readonly now: () => number;
  readonly id?: string;
}

/** Two operations per process and interval, from its first use of a limited model on. */
const EXCHANGE_INTERVAL_MS = 2000;
/** A process that was not heard of for this long has nothing in flight. */
const SILENT_AFTER_MS = 15_000;

const count = z.number().min(0);
const modelUsage: z.ZodType<ModelUsage> = z.object({
  minute: count,
  minuteRequests: count,
  minuteUsage: count,
  previousRequests: count,
  previousUsage: count,
  day: count,
  dayRequests: count,
  inFlight: count,
});
const usageReport = z.object({ atMs: count, usages: z.record(z.string(), modelUsage) });

/**
 * Each process keeps its own counts in one field of a hash and adds up everybody's: no counter is written by two, so
 * none is lost or counted twice. The fields of processes that are gone stay until their day is over.
 */
export function shareModelUsage({ state, now, id = randomUUID() }: ModelUsageOptions): SharedModelUsage {
  const key = limitKey('usage');
  const ours = new Map<string, ModelUsage>();
  let others = new Map<string, ModelUsage>();

  async function exchange(): Promise<void> {
    if (!state.up) return;
    forgetPastDays();
    try {
      if (ours.size > 0)
        await state.hashSet(key, { [id]: JSON.stringify({ atMs: now(), usages: Object.fromEntries(ours) }) });
      await readOthers();
    } catch {
      // The store says itself that it is away; until it is back, our counts alone are what is known.
    }
  }

  function forgetPastDays(): void {
    const { day } = usageAt(noUsage, now());
    for (const [name, usage] of ours) if (usage.day < day && usage.inFlight === 0) ours.delete(name);
  }

  async function readOthers(): Promise<void> {
    const nowMs = now();
    const { day } = usageAt(noUsage, nowMs);
    const sum = new Map<string, ModelUsage>();
    const over: string[] = [];
    for (const [owner, text] of Object.entries(await state.hashGetAll(key))) {
      if (owner === id) continue;
      const report = readRecord(usageReport, text);
      const usages = Object.entries(report?.usages ?? {});
      if (!report || usages.every(([, usage]) => usage.day < day)) over.push(owner);
      const silent = !report || nowMs - report.atMs > SILENT_AFTER_MS;
      for (const [name, usage] of usages) {
        sum.set(name, addUsage(sum.get(name) ?? noUsage, silent ? { ...usage, inFlight: 0 } : usage, nowMs));
      }
    }
    others = sum;
    await state.hashDelete(key, over);
  }

  void exchange();
  const timer = setInterval(() => {
    if (ours.size > 0) void exchange();
  }, EXCHANGE_INTERVAL_MS);
  timer.unref();
  return {
    usageOf(account, model) {
      const name = nameOf(account, model);
      const [mine, theirs] = [ours.get(name) ?? noUsage, others.get(name)];
      return theirs ? addUsage(mine, theirs, now()) : mine;
    },
    note(account, model, event) {
      const name = nameOf(account, model);
      ours.set(name, reduceUsage(ours.get(name) ?? noUsage, event, now()));
    },
    exchange,
    stop: () => clearInterval(timer),
  };
}

/** Accounts and models are free text; no name of either contains a line break. */
function nameOf(account: string, model: string): string {
  return `${account}\n${model}`;
}

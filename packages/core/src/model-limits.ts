/**
 * Counting against a model's published limits, per account and model, so that a request that would be refused goes
 * elsewhere first. Estimates: the provider's own answer stays the last word. Plain JSON, pure.
 */

/** The configuration's `ModelLimit`; null: unknown or unlimited. `usage` is what a model counts (its tokens). */
export interface ModelLimits {
  /** Requests per minute and per UTC day. */
  readonly rpm: number | null;
  readonly rpd: number | null;
  /** Usage per minute. */
  readonly tpm: number | null;
  /** Usage of one request, in and out. */
  readonly maxInput: number | null;
  readonly maxOutput: number | null;
  /** Requests in flight. */
  readonly concurrency: number | null;
}

/** What an account has used of a model. Minutes and days are those of UTC, so that several processes' counts add up. */
export interface ModelUsage {
  /** Minutes since 1970; the `minute...` counts belong to it, the `previous...` ones to the minute before. */
  readonly minute: number;
  readonly minuteRequests: number;
  readonly minuteUsage: number;
  readonly previousRequests: number;
  readonly previousUsage: number;
  /** Days since 1970. */
  readonly day: number;
  readonly dayRequests: number;
  readonly inFlight: number;
}

export type UsageEvent =
  | { readonly kind: 'started'; readonly inputUsage: number }
  /** `inputUsage` as it was estimated at the start; `usage` as the answer tells it, null when it does not. */
  | { readonly kind: 'ended'; readonly inputUsage: number; readonly usage: number | null };

export type LimitName = 'rpm' | 'rpd' | 'tpm' | 'max_input' | 'max_output' | 'concurrency';

export interface LimitHit {
  readonly limit: LimitName;
  /** When there is room again; null: never for this request, or not known. */
  readonly untilMs: number | null;
}

export interface PlannedUse {
  /** Estimated. */
  readonly inputUsage: number;
  /** What the request asks for at most; null when it does not say. */
  readonly outputUsage: number | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

export const noUsage: ModelUsage = {
  minute: 0,
  minuteRequests: 0,
  minuteUsage: 0,
  previousRequests: 0,
  previousUsage: 0,
  day: 0,
  dayRequests: 0,
  inFlight: 0,
};

/** The counts with one more event. */
export function reduceUsage(usage: ModelUsage, event: UsageEvent, nowMs: number): ModelUsage {
  const current = usageAt(usage, nowMs);
  if (event.kind === 'started') {
    return {
      ...current,
      minuteRequests: current.minuteRequests + 1,
      minuteUsage: current.minuteUsage + event.inputUsage,
      dayRequests: current.dayRequests + 1,
      inFlight: current.inFlight + 1,
    };
  }
  const correction = event.usage === null ? 0 : event.usage - event.inputUsage;
  return {
    ...current,
    minuteUsage: Math.max(0, current.minuteUsage + correction),
    inFlight: Math.max(0, current.inFlight - 1),
  };
}

/** The counts as of now: minutes and days that are over are dropped. The same object when none is. */
export function usageAt(usage: ModelUsage, nowMs: number): ModelUsage {
  const minute = Math.floor(nowMs / MINUTE_MS);
  const day = Math.floor(nowMs / DAY_MS);
  if (minute === usage.minute && day === usage.day) return usage;
  const passed = minute - usage.minute;
  return {
    minute,
    minuteRequests: passed === 0 ? usage.minuteRequests : 0,
    minuteUsage: passed === 0 ? usage.minuteUsage : 0,
    previousRequests: previous(passed, usage.previousRequests, usage.minuteRequests),
    previousUsage: previous(passed, usage.previousUsage, usage.minuteUsage),
    day,
    dayRequests: day === usage.day ? usage.dayRequests : 0,
    inFlight: usage.inFlight,
  };
}

/** What two processes used, together. */
export function addUsage(a: ModelUsage, b: ModelUsage, nowMs: number): ModelUsage {
  const ours = usageAt(a, nowMs);
  const theirs = usageAt(b, nowMs);
  return {
    ...ours,
    minuteRequests: ours.minuteRequests + theirs.minuteRequests,
    minuteUsage: ours.minuteUsage + theirs.minuteUsage,
    previousRequests: ours.previousRequests + theirs.previousRequests,
    previousUsage: ours.previousUsage + theirs.previousUsage,
    dayRequests: ours.dayRequests + theirs.dayRequests,
    inFlight: ours.inFlight + theirs.inFlight,
  };
}

/** The limit that one more request would break, the one that lasts longest first; null when there is room. */
export function wouldExceed(
  limits: ModelLimits,
  usage: ModelUsage,
  planned: PlannedUse,
  nowMs: number,
): LimitHit | null {
  const { inputUsage, outputUsage } = planned;
  if (limits.maxInput !== null && inputUsage > limits.maxInput) return { limit: 'max_input', untilMs: null };
  if (limits.maxOutput !== null && (outputUsage ?? 0) > limits.maxOutput)
    return { limit: 'max_output', untilMs: null };
  const now = usageAt(usage, nowMs);
  if (limits.rpd !== null && now.dayRequests + 1 > limits.rpd)
    return { limit: 'rpd', untilMs: (now.day + 1) * DAY_MS };
  const rpm = roomAt(limits.rpm, 1, now.minuteRequests, now.previousRequests, nowMs);
  if (rpm !== null) return { limit: 'rpm', untilMs: rpm };
  const tpm = roomAt(limits.tpm, inputUsage, now.minuteUsage, now.previousUsage, nowMs);
  if (tpm !== null) return { limit: 'tpm', untilMs: tpm };
  const full = limits.concurrency !== null && now.inFlight + 1 > limits.concurrency;
  return full ? { limit: 'concurrency', untilMs: null } : null;
}

/**
 * When `added` fits under `limit`, null if it does now. The last 60 s are taken to be the running minute plus that part of the
 * minute before which they still cover, as if it had been used evenly.
 */
function roomAt(
  limit: number | null,
  added: number,
  current: number,
  before: number,
  nowMs: number,
): number | null {
  if (limit === null) return null;
  const minuteStartMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const covered = 1 - (nowMs - minuteStartMs) / MINUTE_MS;
  // A request that is larger than the whole limit is judged as if it just filled it: it may try an idle account.
  const needed = Math.min(added, limit);
  if (before * covered + current + needed <= limit) return null;
  if (current + needed <= limit) return minuteStartMs + MINUTE_MS * (1 - (limit - current - needed) / before);
  return minuteStartMs + MINUTE_MS * (2 - (limit - needed) / current);
}

function previous(passed: number, before: number, current: number): number {
  if (passed === 0) return before;
  return passed === 1 ? current : 0;
}

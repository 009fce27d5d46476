/**
 * The life of one post's tagging, as values. A job is what is left to do for a post; one attempt of it is `1 + maxRetries`
 * calls on the main model and then one per fallback model. `step` counts the calls of the running attempt
 * that are over, so an attempt goes on where it was, also in another process.
 */
export type TaggingStatus = 'pending' | 'success' | 'failed' | 'retrying' | 'skipped';

export const TAGGING_STATUSES = [
  'pending',
  'success',
  'failed',
  'retrying',
  'skipped',
] as const satisfies readonly TaggingStatus[];

export interface JobPolicy {
  readonly model: string;
  readonly fallbackModels: readonly string[];
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly maxAttempts: number;
}

export interface JobProgress {
  /** Attempts that are over. */
  readonly attempts: number;
  /** Calls of the running attempt that are over. */
  readonly step: number;
  readonly status: TaggingStatus;
}

/** What became of one call. */
export type CallOutcome =
  | { readonly kind: 'tags'; readonly tags: readonly string[] }
  | { readonly kind: 'no_text' }
  /** The same or another model may do better. `sameModel: false`: asking this one again in this attempt is pointless. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      readonly sameModel: boolean;
      /** The gateway had no endpoint to ask, or no room: the next post would fare no better just now. */
      readonly unasked?: true;
    }
  /** No model will accept this post. */
  | { readonly kind: 'permanent'; readonly reason: string }
  /** No model was asked (gateway away, shedding, or refusing this client): the post must not pay for it. */
  | { readonly kind: 'not_called'; readonly reason: string; readonly retryAfterMs: number };

export type JobState =
  | {
      readonly status: 'pending' | 'retrying';
      readonly attempts: number;
      readonly step: number;
      readonly dueAtMs: number;
      readonly error: string;
    }
  | { readonly status: 'failed'; readonly attempts: number; readonly error: string }
  | { readonly status: 'success'; readonly attempts: number; readonly tags: readonly string[] }
  | { readonly status: 'skipped'; readonly attempts: number };

/** Back-off of the calls: 2, 4, 8 s at the default `retry_delay` of 2 s. */
const CALL_MULTIPLIER = 2;
/** Attempts are spread wider, so that five of them outlast an outage of hours: 16 s, 2 min, 17 min, 2.3 h at the defaults. */
const ATTEMPT_MULTIPLIER = 8;
const MAX_PAUSE_MS = 6 * 3_600_000;
/** Beyond this a stated delay is not waited for inside an attempt: the next model is asked instead. */
const MAX_STATED_WAIT_MS = 120_000;
const MAX_STATED_PAUSE_MS = 24 * 3_600_000;
/** Waits are never shorter than planned and at most this much longer, so that posts that failed together spread out. */
const JITTER = 0.1;

/** Calls in one attempt. */
export const callsPerAttempt = (policy: JobPolicy): number =>
  1 + policy.maxRetries + policy.fallbackModels.length;

/** The model of the attempt's next call. A step beyond the plan (the policy was shortened) asks the last model. */
export function modelForStep(step: number, policy: JobPolicy): string {
  return (
    policy.fallbackModels[Math.min(step, callsPerAttempt(policy) - 1) - policy.maxRetries - 1] ?? policy.model
  );
}

/** The job after a call. `random` in [0, 1). */
export function reduceJob(
  job: JobProgress,
  outcome: CallOutcome,
  policy: JobPolicy,
  nowMs: number,
  random: number,
): JobState {
  const later = (waitMs: number) => nowMs + Math.round(waitMs * (1 + JITTER * random));
  const { attempts, step } = job;
  const waiting = attempts === 0 ? 'pending' : 'retrying';

  switch (outcome.kind) {
    case 'no_text':
      return { status: 'skipped', attempts };
    case 'tags':
      return { status: 'success', attempts: attempts + 1, tags: outcome.tags };
    case 'permanent':
      return { status: 'failed', attempts: attempts + 1, error: outcome.reason };
    case 'not_called':
      return { status: waiting, attempts, step, dueAtMs: later(outcome.retryAfterMs), error: outcome.reason };
    case 'failed': {
      const error = outcome.reason;
      const statedMs = outcome.retryAfterMs ?? 0;
      const again = outcome.sameModel && statedMs <= MAX_STATED_WAIT_MS;
      const next = again || step > policy.maxRetries ? step + 1 : policy.maxRetries + 1;
      if (next < callsPerAttempt(policy)) {
        // Another model is fresh: only the same one is given time to recover.
        const waitMs =
          next <= policy.maxRetries ? Math.max(policy.retryDelayMs * CALL_MULTIPLIER ** step, statedMs) : 0;
        return { status: waiting, attempts, step: next, dueAtMs: later(waitMs), error };
      }
      const made = attempts + 1;
      if (made >= policy.maxAttempts) return { status: 'failed', attempts: made, error };
      const pauseMs = attemptPauseMs(made, policy);
      const dueAtMs = later(Math.max(pauseMs, Math.min(statedMs, MAX_STATED_PAUSE_MS)));
      return { status: 'retrying', attempts: made, step: 0, dueAtMs, error };
    }
  }
}

/** The doubling of the calls goes on, then widens. */
function attemptPauseMs(made: number, { retryDelayMs, maxRetries }: JobPolicy): number {
  const first = retryDelayMs * CALL_MULTIPLIER ** maxRetries;
  return Math.min(first * ATTEMPT_MULTIPLIER ** (made - 1), MAX_PAUSE_MS);
}

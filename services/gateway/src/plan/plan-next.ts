import { statedWaitMs } from '@holdfast/core/backoff';
import type { AttemptResult, Verdict } from '@holdfast/core/verdict';
import { type EndpointRuntime, standing } from '../states/endpoint-runtime.ts';
import type { Standing } from '../states/endpoint-state.ts';
import type { RouteRuntime } from '../states/routing.ts';
import { pickEndpoint } from './pick-endpoint.ts';

/** One attempt of this request that has failed. */
export interface Tried {
  readonly runtime: EndpointRuntime;
  readonly verdict: Verdict;
  /** Not repeated at this endpoint before then; Infinity: not again in this request. */
  readonly readyAtMs: number;
  /** Whether it counts towards the attempts of the policy; a token that is dead or out of quota does not. */
  readonly counts: boolean;
  readonly sameOnce: boolean;
  /** It was tried although out of rotation: as a trial, or as the least bad. */
  readonly outOfRotation: boolean;
}

/** Where a request stands with one model. */
export interface Turn {
  readonly route: RouteRuntime;
  readonly model: string;
  readonly tried: readonly Tried[];
  readonly maxAttempts: number;
  readonly deadlineMs: number;
  /** The one try at an endpoint that is out of rotation was made. */
  readonly leastBadUsed: boolean;
  /** Whether an endpoint can be called at all: it has a token for this model. When not, why and until when. */
  readonly credential: (runtime: EndpointRuntime) => CredentialStanding;
}

export type CredentialStanding =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'none';
      readonly untilMs: number;
      readonly because: string;
      readonly clientStatus: number;
    };

export type Why = 'first' | 'fresh_endpoint' | 'fresh_token' | 'same_once' | 'repeat' | 'least_bad';

export type Plan =
  | {
      readonly kind: 'attempt';
      readonly runtime: EndpointRuntime;
      readonly why: Why;
      readonly trial: boolean;
      readonly last: boolean;
    }
  /** Nothing is free before then; ask again. */
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** All that is left is full; ask again when a place is free. */
  | { readonly kind: 'queue'; readonly runtime: EndpointRuntime }
  | GaveUp;

export interface GaveUp {
  readonly kind: 'give_up';
  readonly because: GiveUp;
  /** When something may be available again, where that is known. */
  readonly untilMs: number | null;
  /** What the client is told; null: what the attempts say. */
  readonly clientStatus: number | null;
}

export type GiveUp =
  /** As many as the policy allows were made. */
  | 'attempts'
  | 'deadline'
  /** Everything is out of rotation. */
  | 'unavailable'
  /** Everything rests until a known time that is too far away. */
  | 'resting'
  /** The answer is the client's: a rightful refusal, or a failure after content. */
  | 'refused'
  | 'budget'
  /** Everything is full and the line is too long. */
  | 'overloaded'
  | 'cancelled';

/** Results after which the same endpoint may be asked again later in the same request. */
const REPEATABLE: ReadonlySet<AttemptResult> = new Set<AttemptResult>([
  'timeout',
  'connect_error',
  'rate_limited',
  'overloaded',
  'server_error',
  'bad_response',
  'empty_response',
]);

export const repeatable = (verdict: Verdict): boolean =>
  REPEATABLE.has(verdict.result) && !verdict.tooLarge && !verdict.dead;

/**
 * The next step for a request, and the only place with a reason to stop. Pure but for reading the states; asked again
 * after every attempt and every wait. `random` in [0, 1).
 */
export function planNext(turn: Turn, nowMs: number, random: () => number): Plan {
  const { tried } = turn;
  const last = tried.at(-1);
  if (last?.verdict.retry === 'stop' && last.verdict.passThrough) return giveUp('refused');
  if (nowMs >= turn.deadlineMs) return giveUp('deadline');
  if (last?.verdict.retry === 'stop') return giveUp('refused');
  const counted = tried.reduce((sum, attempt) => sum + (attempt.counts ? 1 : 0), 0);
  if (counted >= turn.maxAttempts) return giveUp('attempts');

  const attempt = (runtime: EndpointRuntime, why: Why, trial = false): Plan => ({
    kind: 'attempt',
    runtime,
    why,
    trial,
    last: counted + 1 >= turn.maxAttempts,
  });

  if (last?.verdict.retry === 'same_once' && !last.sameOnce) return attempt(last.runtime, 'same_once');
  if (
    last?.verdict.retry === 'token' &&
    last.runtime.endpoint.tokenPool !== null &&
    turn.credential(last.runtime).kind === 'ready'
  ) {
    return attempt(last.runtime, 'fresh_token');
  }

  const survey = surveyEndpoints(turn, nowMs);
  const fresh = pickFresh(turn, survey, random);
  if (fresh)
    return attempt(fresh, tried.length === 0 ? 'first' : 'fresh_endpoint', trialOf(survey.get(fresh)!));
  return planRepeat(turn, survey, nowMs, random, attempt);
}

/**
 * An endpoint not tried yet, of the best tier that has a free one. One that has just come back takes only its share of
 * the requests, unless there is nothing else.
 */
function pickFresh(turn: Turn, survey: Survey, random: () => number): EndpointRuntime | null {
  const { tried, route } = turn;
  let ramping: EndpointRuntime | null = null;
  for (const tier of route.cluster.tiers) {
    const free = tier.filter((runtime) => {
      const now = survey.get(runtime)!;
      if (now.kind !== 'available' || isTried(tried, runtime)) return false;
      if (now.share === 1 || random() < now.share) return true;
      ramping ??= runtime;
      return false;
    });
    if (free.length > 0) return pickEndpoint(free, route.cluster.cluster.strategy, random);
  }
  return ramping;
}

/** Nothing fresh is left: wait for what comes back first, queue for what is full, or try the least bad once. */
function planRepeat(
  turn: Turn,
  survey: Survey,
  nowMs: number,
  random: () => number,
  attempt: (runtime: EndpointRuntime, why: Why, trial?: boolean) => Plan,
): Plan {
  const { tried, route } = turn;
  let soonest: { runtime: EndpointRuntime; atMs: number } | null = null;
  let full: EndpointRuntime | null = null;
  let earliestKnownMs = Number.POSITIVE_INFINITY;
  for (const runtime of route.cluster.endpoints) {
    const own = lastTry(tried, runtime);
    if (own?.readyAtMs === Number.POSITIVE_INFINITY) continue;
    const now = survey.get(runtime)!;
    if (now.kind === 'full') full ??= runtime;
    const restsUntilMs =
      now.kind === 'cooling' || now.kind === 'refused' || now.kind === 'down' ? now.untilMs : 0;
    if (restsUntilMs > 0) earliestKnownMs = Math.min(earliestKnownMs, restsUntilMs);
    // A breaker that opened under this very request does not take its remaining attempts away.
    if ((now.kind === 'refused' || now.kind === 'down') && own === undefined) continue;
    if (now.kind === 'full') continue;
    const atMs = Math.max(own?.readyAtMs ?? 0, now.kind === 'cooling' ? now.untilMs : 0);
    if (soonest === null || atMs < soonest.atMs) soonest = { runtime, atMs };
  }
  if (soonest) {
    if (soonest.atMs <= nowMs) return attempt(soonest.runtime, 'repeat');
    const waitMs = soonest.atMs - nowMs;
    const fits =
      waitMs <= route.route.retry.maxDelayMs * (1 + route.route.retry.jitter) &&
      soonest.atMs < turn.deadlineMs;
    if (fits) {
      const spread = lastTry(tried, soonest.runtime) ? 0 : statedWaitMs(waitMs, random()) - waitMs;
      return { kind: 'wait', untilMs: Math.min(soonest.atMs + spread, turn.deadlineMs) };
    }
    const now = survey.get(soonest.runtime)!;
    if (!full)
      return giveUp(
        'resting',
        soonest.atMs,
        tried.length > 0 ? null : now.kind === 'cooling' ? now.clientStatus : 503,
      );
  }
  if (full) return { kind: 'queue', runtime: full };
  const leastBad = turn.leastBadUsed ? null : pickLeastBad(turn, survey);
  if (leastBad) return attempt(leastBad, 'least_bad');
  const untilMs = Number.isFinite(earliestKnownMs) ? earliestKnownMs : null;
  return giveUp('unavailable', untilMs, tried.every((attempt) => attempt.outOfRotation) ? 503 : null);
}

type Survey = ReadonlyMap<EndpointRuntime, Standing>;

/** The standing of every endpoint of the cluster. When all of them are down by probes, the probes are not believed. */
function surveyEndpoints(turn: Turn, nowMs: number): Survey {
  const survey = new Map<EndpointRuntime, Standing>();
  let somebodyIsUp = false;
  for (const runtime of turn.route.cluster.endpoints) {
    let now = standing(runtime, turn.model, nowMs);
    if (now.kind === 'available') {
      const credential = turn.credential(runtime);
      if (credential.kind === 'none') now = { ...credential, kind: 'cooling' };
    }
    if (now.kind !== 'down' && now.kind !== 'refused') somebodyIsUp = true;
    survey.set(runtime, now);
  }
  if (!somebodyIsUp) {
    for (const [runtime, now] of survey)
      if (now.kind === 'down') survey.set(runtime, { kind: 'available', share: 1, trial: false });
  }
  return survey;
}

/** Of endpoints out of rotation: one not tried in this request, whose last failure is longest ago, one try at a time each. */
function pickLeastBad(turn: Turn, survey: Survey): EndpointRuntime | null {
  let best: EndpointRuntime | null = null;
  for (const [runtime, now] of survey) {
    if (now.kind !== 'refused' || runtime.state.leastBadInFlight || isTried(turn.tried, runtime)) continue;
    if (turn.credential(runtime).kind === 'none') continue;
    if (best === null || runtime.state.lastFailureMs < best.state.lastFailureMs) best = runtime;
  }
  return best;
}

const isTried = (tried: readonly Tried[], runtime: EndpointRuntime): boolean =>
  tried.some((attempt) => attempt.runtime === runtime);
const lastTry = (tried: readonly Tried[], runtime: EndpointRuntime): Tried | undefined =>
  tried.findLast((attempt) => attempt.runtime === runtime);
const trialOf = (now: Standing): boolean => now.kind === 'available' && now.trial;
export const giveUp = (
  because: GiveUp,
  untilMs: number | null = null,
  clientStatus: number | null = null,
): GaveUp => ({
  kind: 'give_up',
  because,
  untilMs,
  clientStatus,
});

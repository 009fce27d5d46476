import { statedWaitMs } from '@holdfast/core/backoff';
import { type EndpointRuntime, standing } from '../states/endpoint-runtime.ts';
import { isMereGuess, type Standing } from '../states/endpoint-state.ts';
import { pickEndpoint } from './pick-endpoint.ts';
import { giveUp, type Plan, type Tried, type Turn, type Why } from './plan.ts';

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

  const why = tried.length === 0 ? 'first' : 'fresh_endpoint';
  const fresh = pickFresh(turn, (runtime) => standsNow(turn, runtime, nowMs), random);
  if (fresh) return attempt(fresh, why, trialOf(standsNow(turn, fresh, nowMs)));
  if (turn.beside) return giveUp('unavailable');
  const survey: Survey = new Map(
    turn.route.cluster.endpoints.map((runtime) => [runtime, standsNow(turn, runtime, nowMs)]),
  );
  // When all of them are down by probes, the probes are not believed.
  const able = [...survey.values()].filter(({ kind }) => kind !== 'unfit');
  if (able.every(({ kind }) => kind === 'down' || kind === 'refused')) {
    const believed = pickFresh(
      turn,
      (runtime) => (survey.get(runtime)!.kind === 'down' ? BELIEVED : survey.get(runtime)!),
      random,
    );
    if (believed) return attempt(believed, why);
  }
  return planRepeat(turn, survey, nowMs, random, attempt);
}

const BELIEVED: Standing = { kind: 'available', share: 1, trial: false };

const UNFIT = { kind: 'unfit' } as const;

/** An endpoint's standing for this request: its own, whether the request fits it, and whether it has a credential left. */
function standsNow(turn: Turn, runtime: EndpointRuntime, nowMs: number): Standing | typeof UNFIT {
  if (!turn.fits(runtime)) return UNFIT;
  const stands = standing(runtime, turn.model, nowMs);
  if (stands.kind !== 'available') return stands;
  const credential = turn.credential(runtime);
  return credential.kind === 'none'
    ? { ...credential, kind: 'cooling', provenance: 'authoritative' }
    : stands;
}

/**
 * An endpoint not tried yet, of the best tier that has a free one. One that has just come back takes only its share of
 * the requests, unless there is nothing else.
 */
function pickFresh(
  turn: Turn,
  stands: (runtime: EndpointRuntime) => Standing | typeof UNFIT,
  random: () => number,
): EndpointRuntime | null {
  const { tried, route } = turn;
  let ramping: EndpointRuntime | null = null;
  for (const tier of route.cluster.tiers) {
    const free = tier.filter((runtime) => {
      if (runtime === turn.beside || isTried(tried, runtime)) return false;
      const now = stands(runtime);
      if (now.kind !== 'available') return false;
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
    const now = survey.get(runtime)!;
    if (now.kind === 'unfit') continue;
    const restsUntilMs =
      now.kind === 'cooling' || now.kind === 'refused' || now.kind === 'down' ? now.untilMs : 0;
    if (restsUntilMs > 0) earliestKnownMs = Math.min(earliestKnownMs, restsUntilMs);
    if (own?.readyAtMs === Number.POSITIVE_INFINITY) continue;
    if (now.kind === 'full') full ??= runtime;
    // A breaker that opened under this very request does not take its remaining attempts away.
    if ((now.kind === 'refused' || now.kind === 'down') && own === undefined) continue;
    if (now.kind === 'full') continue;
    // A rest that the provider did not ask for does not replace this request's own back-off.
    const rests = now.kind === 'cooling' && !(own && now.provenance === 'heuristic');
    const atMs = Math.max(own?.readyAtMs ?? 0, rests ? now.untilMs : 0);
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
  }
  if (full) return { kind: 'queue', runtime: full };
  const leastBad = turn.leastBadUsed ? null : pickLeastBad(turn, survey);
  if (leastBad) return attempt(leastBad, 'least_bad');
  if (soonest) {
    const status = tried.length > 0 ? null : restingStatus(survey, survey.get(soonest.runtime)!);
    return giveUp('resting', soonest.atMs, status);
  }
  const untilMs = Number.isFinite(earliestKnownMs) ? earliestKnownMs : null;
  return giveUp('unavailable', untilMs, tried.every((attempt) => attempt.outOfRotation) ? 503 : null);
}

/** What a request is told that finds all at rest: that of the one that returns first, but that a model does not exist only if all say so. */
function restingStatus(survey: Survey, soonest: Standing | typeof UNFIT): number {
  if (soonest.kind !== 'cooling') return 503;
  if (soonest.clientStatus !== 404) return soonest.clientStatus;
  return [...survey.values()].every((now) => now.kind === 'cooling' && now.clientStatus === 404) ? 404 : 503;
}

type Survey = ReadonlyMap<EndpointRuntime, Standing | typeof UNFIT>;

/** Of endpoints out of rotation, or at rest by a mere guess: one not tried in this request, whose last failure is longest ago, one try at a time each. */
function pickLeastBad(turn: Turn, survey: Survey): EndpointRuntime | null {
  let best: EndpointRuntime | null = null;
  for (const [runtime, now] of survey) {
    const mayTry =
      now.kind === 'refused' || now.kind === 'down' || (now.kind === 'cooling' && isMereGuess(now));
    if (!mayTry || runtime.state.leastBadInFlight || isTried(turn.tried, runtime)) continue;
    if (turn.credential(runtime).kind === 'none') continue;
    if (best === null || runtime.state.lastFailureMs < best.state.lastFailureMs) best = runtime;
  }
  return best;
}

const isTried = (tried: readonly Tried[], runtime: EndpointRuntime): boolean =>
  tried.some((attempt) => attempt.runtime === runtime);
const lastTry = (tried: readonly Tried[], runtime: EndpointRuntime): Tried | undefined =>
  tried.findLast((attempt) => attempt.runtime === runtime);
const trialOf = (now: Standing | typeof UNFIT): boolean => now.kind === 'available' && now.trial;

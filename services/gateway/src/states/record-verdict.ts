import { statedWaitMs } from '@holdfast/core/backoff';
import { lifted, refusedOnceMore, unstatedRestMs } from '@holdfast/core/delays/pace';
import type { Verdict } from '@holdfast/core/verdict';
import type { EndpointRuntime } from './endpoint-runtime.ts';
import { applyBreaker, type EndpointState, isMereGuess, later, modelState } from './endpoint-state.ts';

/** What is to be written down of one attempt. */
export interface Finding {
  readonly runtime: EndpointRuntime;
  /** The client's name of the model. */
  readonly model: string;
  readonly verdict: Verdict;
  /** The first failure of this request at this endpoint: more of them say nothing new to the breaker. */
  readonly firstFailure: boolean;
  /** Latency for `least_latency`: time to the first content, or to the answer; the timeout for a failure. */
  readonly latencyMs: number;
  /** The endpoint's credential is its own key, not one of a pool: what is wrong with it is wrong with the endpoint. */
  readonly pooled: boolean;
  /** Another account of the pool may have room where this one has none. */
  readonly roomElsewhere: boolean;
}

/** Smoothing of latencies: about the last ten attempts. */
const SMOOTHING = 0.2;
/** So many models that do not exist, and none that ever answered, speak against the base URL (FAULTS P08). */
const MODELS_NOT_FOUND = 2;
/** Places that a learned cap regains with each round of successes: asking for more too soon is refused again. */
const REGAIN = 0.1;

/** Turns a verdict into what this process knows of the endpoint. `random` in [0, 1). */
export function recordVerdict(
  { runtime, model, verdict, firstFailure, latencyMs, pooled, roomElsewhere }: Finding,
  nowMs: number,
  random: () => number,
): void {
  const { state, breaker } = runtime;
  if (verdict.result === 'aborted') return;
  state.latencyMs = smoothed(state.latencyMs, latencyMs);

  if (verdict.result === 'ok') {
    state.lastSuccessMs = nowMs;
    state.answersInMs = smoothed(state.answersInMs, latencyMs);
    if (state.learnedCap !== Number.POSITIVE_INFINITY) state.learnedCap += REGAIN / state.learnedCap;
    applyBreaker(state, null, { kind: 'success' }, nowMs, breaker);
    const ofModel = state.models.get(model);
    if (ofModel) {
      applyBreaker(state, model, { kind: 'success' }, nowMs, breaker);
      ofModel.pace = lifted(ofModel.pace, nowMs);
      if (ofModel.cooling && isMereGuess(ofModel.cooling)) ofModel.cooling = null;
    }
    state.pace = lifted(state.pace, nowMs);
    if (state.cooling && isMereGuess(state.cooling)) state.cooling = null;
    return;
  }

  if (verdict.concurrency) {
    if (roomElsewhere) return;
    // The refused one has left: those still in flight are what the provider takes.
    state.learnedCap = Math.max(1, Math.min(state.learnedCap, state.inFlight));
    return;
  }
  if (verdict.scope === 'none') return;
  state.lastFailureMs = nowMs;
  // What a pool's token did is written down with the token.
  if (
    pooled &&
    (verdict.scope === 'token' || verdict.scope === 'account' || verdict.scope === 'account_model')
  )
    return;
  const forModel = verdict.scope === 'model' ? model : null;
  const rated = forModel === null ? state : modelState(state, forModel);
  const unstated = verdict.bench === null && verdict.result === 'rate_limited';
  // Many at once meet the same limit: one of them tells as much as all.
  const isNews = firstFailure && (rated.cooling === null || rated.cooling.untilMs <= nowMs);
  if (unstated && isNews) rated.pace = refusedOnceMore(rated.pace, nowMs);
  const restMs = verdict.bench?.ms ?? (unstated ? unstatedRestMs(rated.pace, nowMs) : null);
  if (restMs !== null) {
    rated.cooling = later(rated.cooling, {
      untilMs: nowMs + statedWaitMs(restMs, random()),
      because: verdict.summary,
      clientStatus: verdict.clientStatus,
      provenance: verdict.bench?.provenance ?? 'heuristic',
    });
    if (verdict.code === 'P08' && state.lastSuccessMs === 0 && notFound(state, nowMs) >= MODELS_NOT_FOUND)
      applyBreaker(state, null, { kind: 'failure', spread: 2 * random() - 1 }, nowMs, breaker);
  } else if (firstFailure) {
    applyBreaker(state, forModel, { kind: 'failure', spread: 2 * random() - 1 }, nowMs, breaker);
  }
}

function notFound({ models }: EndpointState, nowMs: number): number {
  let count = 0;
  for (const { cooling } of models.values())
    if (cooling?.clientStatus === 404 && cooling.untilMs > nowMs) count++;
  return count;
}

const smoothed = (before: number | null, latest: number): number =>
  before === null ? latest : before + SMOOTHING * (latest - before);

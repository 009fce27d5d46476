import type { Verdict } from '@holdfast/core/verdict';
import type { EndpointRuntime } from './endpoint-runtime.ts';
import { applyBreaker, type Cooldown, type EndpointState, later, modelState } from './endpoint-state.ts';

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
}

/** Smoothing of latencies: about the last ten attempts. */
const SMOOTHING = 0.2;
/** Rest of an endpoint after a refusal that names no time. */
const UNSTATED_COOLING_MS = 1000;

/** Turns a verdict into what this process knows of the endpoint. `random` in [0, 1). */
export function recordVerdict(
  { runtime, model, verdict, firstFailure, latencyMs, pooled }: Finding,
  nowMs: number,
  random: () => number,
): void {
  const { state, breaker } = runtime;
  if (verdict.result === 'aborted') return;
  state.latencyMs =
    state.latencyMs === null ? latencyMs : state.latencyMs + SMOOTHING * (latencyMs - state.latencyMs);

  if (verdict.result === 'ok') {
    state.lastSuccessMs = nowMs;
    if (state.learnedCap !== Number.POSITIVE_INFINITY) state.learnedCap += 1 / state.learnedCap;
    applyBreaker(state, null, { kind: 'success' }, nowMs, breaker);
    if (state.models.has(model)) applyBreaker(state, model, { kind: 'success' }, nowMs, breaker);
    return;
  }

  if (verdict.concurrency) {
    state.learnedCap = Math.max(1, Math.min(state.learnedCap, state.inFlight) - 1);
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
  const restMs = verdict.bench?.ms ?? (verdict.result === 'rate_limited' ? UNSTATED_COOLING_MS : null);
  if (restMs !== null) {
    cool(state, forModel, {
      untilMs: nowMs + restMs,
      because: verdict.summary,
      clientStatus: verdict.clientStatus,
    });
  } else if (firstFailure) {
    applyBreaker(state, forModel, { kind: 'failure', spread: 2 * random() - 1 }, nowMs, breaker);
  }
}

function cool(state: EndpointState, model: string | null, cooling: Cooldown): void {
  if (model === null) {
    state.cooling = later(state.cooling, cooling);
  } else {
    const ofModel = modelState(state, model);
    ofModel.cooling = later(ofModel.cooling, cooling);
  }
}

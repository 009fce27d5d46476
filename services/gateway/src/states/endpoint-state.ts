import {
  type Admission,
  admission,
  type BreakerEvent,
  type BreakerSettings,
  type BreakerState,
  closedBreaker,
  reduceBreaker,
} from '@holdfast/core/breaker';
import { type Pace, unknownPace } from '@holdfast/core/delays/pace';
import type { HealthKind } from '@holdfast/core/health';
import type { DelayProvenance } from '@holdfast/core/verdict';

/** What this process knows of one endpoint. Local, mutable, and the only thing the request path looks at. */
export interface EndpointState {
  breaker: BreakerState;
  /** Per model at this endpoint, only for models that failed. */
  readonly models: Map<string, ModelState>;
  /** Rests until a known time. */
  cooling: Cooldown | null;
  /** Of limits that name no time and are for all models. */
  pace: Pace;
  health: HealthKind;
  /** A report of the health-checker is good until then. */
  healthUntilMs: number;
  /** What the last probe found; null before the first. */
  probe: { readonly reason: string | null; readonly checkedMs: number } | null;
  /** Multiplies the configured weight. */
  weightFactor: number;
  inFlight: number;
  /** Learned from the provider's concurrency refusals; Infinity when none. */
  learnedCap: number;
  /** It refused `stream_options`. */
  refusesStreamUsage: boolean;
  leastBadInFlight: boolean;
  lastFailureMs: number;
  lastSuccessMs: number;
  /** Smoothed time to the answer; a failure counts as the attempt's timeout. */
  latencyMs: number | null;
  /** The same of successes alone, for people. */
  answersInMs: number | null;
}

export interface ModelState {
  breaker: BreakerState;
  cooling: Cooldown | null;
  /** Of limits that name no time. */
  pace: Pace;
}

export interface Cooldown {
  readonly untilMs: number;
  readonly because: string;
  /** What a request is told that finds nothing else: 429 for a limit, 503 for anything worse. */
  readonly clientStatus: number;
  readonly provenance: DelayProvenance;
}

export type Standing =
  | { readonly kind: 'available'; readonly share: number; readonly trial: boolean }
  | {
      readonly kind: 'cooling';
      readonly untilMs: number;
      readonly because: string;
      readonly clientStatus: number;
      readonly provenance: DelayProvenance;
    }
  | { readonly kind: 'refused'; readonly untilMs: number; readonly because: string }
  | { readonly kind: 'down'; readonly untilMs: number; readonly because: string }
  | { readonly kind: 'full' };

export const createEndpointState = (): EndpointState => ({
  breaker: closedBreaker,
  models: new Map(),
  cooling: null,
  pace: unknownPace,
  health: 'unknown',
  healthUntilMs: 0,
  probe: null,
  weightFactor: 1,
  inFlight: 0,
  learnedCap: Number.POSITIVE_INFINITY,
  refusesStreamUsage: false,
  leastBadInFlight: false,
  lastFailureMs: 0,
  lastSuccessMs: 0,
  latencyMs: null,
  answersInMs: null,
});

const FREE: Standing = { kind: 'available', share: 1, trial: false };
const FULL: Standing = { kind: 'full' };

/** Whether an endpoint may be used for a model now, and if not, why and until when. */
export function standingOf(
  state: EndpointState,
  model: string,
  nowMs: number,
  settings: BreakerSettings,
  maxConcurrency: number,
): Standing {
  const ofModel = state.models.size === 0 ? undefined : state.models.get(model);
  const cooling = later(active(state.cooling, nowMs), ofModel ? active(ofModel.cooling, nowMs) : null);
  if (cooling) return { kind: 'cooling', ...cooling };
  const admitted = admission(state.breaker, nowMs, settings);
  const admittedModel: Admission | null = ofModel ? admission(ofModel.breaker, nowMs, settings) : null;
  if (admitted.kind === 'refused')
    return { kind: 'refused', untilMs: admitted.untilMs, because: 'breaker open' };
  if (admittedModel?.kind === 'refused')
    return { kind: 'refused', untilMs: admittedModel.untilMs, because: 'breaker open for this model' };
  if (state.health === 'down' && nowMs < state.healthUntilMs)
    return { kind: 'down', untilMs: state.healthUntilMs, because: 'down by health check' };
  if (maxConcurrency > 0 && state.inFlight >= maxConcurrency) return FULL;
  if (state.inFlight + 1 > state.learnedCap) return FULL;
  if (admitted.kind === 'closed' && admitted.share === 1 && !admittedModel) return FREE;
  const share = Math.min(
    admitted.kind === 'closed' ? admitted.share : 1,
    admittedModel?.kind === 'closed' ? admittedModel.share : 1,
  );
  return { kind: 'available', share, trial: admitted.kind === 'trial' || admittedModel?.kind === 'trial' };
}

/** The last that was heard of it was good: from traffic, or from a probe still valid that no traffic has contradicted. */
export const isProven = (
  { breaker, lastSuccessMs, lastFailureMs, health, healthUntilMs }: EndpointState,
  nowMs: number,
): boolean =>
  breaker.kind === 'closed' &&
  breaker.failures === 0 &&
  (lastSuccessMs > lastFailureMs || (lastFailureMs === 0 && health === 'up' && nowMs < healthUntilMs));

/** Applies one breaker event to the endpoint, or to one model there. */
export function applyBreaker(
  state: EndpointState,
  model: string | null,
  event: BreakerEvent,
  nowMs: number,
  settings: BreakerSettings,
): void {
  if (model === null) {
    state.breaker = reduceBreaker(state.breaker, event, nowMs, settings);
    return;
  }
  const ofModel = modelState(state, model);
  ofModel.breaker = reduceBreaker(ofModel.breaker, event, nowMs, settings);
}

/** Ends what rests until a known time; breakers stay as they are. */
export function endRests(state: EndpointState): void {
  state.cooling = null;
  for (const ofModel of state.models.values()) ofModel.cooling = null;
}

/** The record of one model at an endpoint, made when missing; bounded, since clients name models. */
export function modelState(state: EndpointState, model: string): ModelState {
  let ofModel = state.models.get(model);
  if (!ofModel) {
    if (state.models.size >= MAX_MODELS) state.models.delete(state.models.keys().next().value!);
    ofModel = { breaker: closedBreaker, cooling: null, pace: unknownPace };
    state.models.set(model, ofModel);
  }
  return ofModel;
}

const MAX_MODELS = 1000;

const active = (cooling: Cooldown | null, nowMs: number): Cooldown | null =>
  cooling && nowMs < cooling.untilMs ? cooling : null;

/** A rest that nobody has asked for: what it is for may have passed, as with a provider's mistaken 401. Limits and missing models are facts. */
export const isMereGuess = ({
  provenance,
  clientStatus,
}: Pick<Cooldown, 'provenance' | 'clientStatus'>): boolean =>
  provenance === 'heuristic' && clientStatus >= 500;

/** The one that ends later: a cooldown is never shortened by another. */
export function later(a: Cooldown | null, b: Cooldown | null): Cooldown | null {
  if (!a || !b) return a ?? b;
  return b.untilMs > a.untilMs ? b : a;
}

/**
 * A circuit breaker fed by traffic, as plain JSON and a reducer. It counts failures in a row, so an old failure leaves
 * with the first success. Times are ms on the caller's monotonic clock.
 */
export type BreakerState =
  /** `rampFromMs`: it closed then, and takes traffic back gradually. */
  | {
      readonly kind: 'closed';
      readonly failures: number;
      readonly trips: number;
      readonly rampFromMs: number | null;
    }
  | { readonly kind: 'open'; readonly untilMs: number; readonly trips: number }
  | { readonly kind: 'half_open'; readonly trials: number; readonly trips: number };

export type BreakerEvent =
  | { readonly kind: 'success' }
  /** `spread` in [-1, 1] spreads the reopening over +-20 %, so that replicas do not return at once. */
  | { readonly kind: 'failure'; readonly spread: number }
  | { readonly kind: 'trial_started' }
  /** The trial ended without a finding: the client left, or it was cut by us. */
  | { readonly kind: 'trial_released' }
  /** Another replica opened it. */
  | { readonly kind: 'opened_elsewhere'; readonly untilMs: number }
  /** Something else than its traffic shows that it works again: it need not stay open for longer than until then. */
  | { readonly kind: 'proven'; readonly untilMs: number };

export interface BreakerSettings {
  readonly maxFailures: number;
  readonly openForMs: number;
  readonly halfOpenRequests: number;
  readonly rampMs: number;
}

export type Admission =
  /** `share` of its normal traffic it may take now, 0.1 to 1. */
  | { readonly kind: 'closed'; readonly share: number }
  | { readonly kind: 'trial' }
  | { readonly kind: 'refused'; readonly untilMs: number };

const MAX_OPEN_MS = 300_000;
const MAX_SHARED_OPEN_MS = MAX_OPEN_MS * 1.2;
const JITTER = 0.2;
const RAMP_START = 0.1;

export const closedBreaker: BreakerState = { kind: 'closed', failures: 0, trips: 0, rampFromMs: null };

/** The next state. Pure. */
export function reduceBreaker(
  state: BreakerState,
  event: BreakerEvent,
  nowMs: number,
  settings: BreakerSettings,
): BreakerState {
  switch (event.kind) {
    case 'success':
      if (state.kind !== 'closed')
        return { kind: 'closed', failures: 0, trips: state.trips, rampFromMs: nowMs };
      if (state.failures === 0 && state.trips === 0) return state;
      if (rampShare(state.rampFromMs, nowMs, settings) < 1)
        return state.failures === 0 ? state : { ...state, failures: 0 };
      return closedBreaker;
    case 'failure': {
      if (state.kind === 'open') return state;
      const failures = state.kind === 'closed' ? state.failures + 1 : settings.maxFailures;
      if (state.kind === 'closed' && failures < settings.maxFailures) return { ...state, failures };
      const trips = state.trips + 1;
      const openForMs =
        Math.min(settings.openForMs * 2 ** (trips - 1), MAX_OPEN_MS) * (1 + JITTER * event.spread);
      return { kind: 'open', untilMs: nowMs + openForMs, trips };
    }
    case 'trial_started':
      if (state.kind === 'open' && nowMs >= state.untilMs)
        return { kind: 'half_open', trials: 1, trips: state.trips };
      return state.kind === 'half_open' ? { ...state, trials: state.trials + 1 } : state;
    case 'trial_released':
      return state.kind === 'half_open' ? { ...state, trials: Math.max(0, state.trials - 1) } : state;
    case 'opened_elsewhere': {
      const untilMs = Math.min(event.untilMs, nowMs + MAX_SHARED_OPEN_MS);
      if (untilMs <= nowMs) return state;
      if (state.kind === 'open') return untilMs > state.untilMs ? { ...state, untilMs } : state;
      return { kind: 'open', untilMs, trips: Math.max(1, state.trips) };
    }
    case 'proven':
      return state.kind === 'open' && event.untilMs < state.untilMs
        ? { ...state, untilMs: event.untilMs }
        : state;
  }
}

/** Whether a request may use it now. Pure. */
export function admission(state: BreakerState, nowMs: number, settings: BreakerSettings): Admission {
  switch (state.kind) {
    case 'closed':
      return { kind: 'closed', share: rampShare(state.rampFromMs, nowMs, settings) };
    case 'open':
      return nowMs >= state.untilMs ? { kind: 'trial' } : { kind: 'refused', untilMs: state.untilMs };
    case 'half_open':
      return state.trials < settings.halfOpenRequests
        ? { kind: 'trial' }
        : { kind: 'refused', untilMs: nowMs + 1000 };
  }
}

function rampShare(rampFromMs: number | null, nowMs: number, settings: BreakerSettings): number {
  if (rampFromMs === null || settings.rampMs <= 0) return 1;
  return Math.min(1, RAMP_START + ((1 - RAMP_START) * (nowMs - rampFromMs)) / settings.rampMs);
}

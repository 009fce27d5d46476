import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import type { PlannedAttempt } from '../plan/plan.ts';
import type { EndpointRuntime } from './endpoint-runtime.ts';
import { applyBreaker } from './endpoint-state.ts';

/** Waiting for a place at a full endpoint, at most this many for each place it has. */
const LINE_PER_PLACE = 4;
const MIN_LINE = 16;

/** Takes a place at the endpoint for one attempt; the returned function gives it back. */
export function enterEndpoint(
  gateway: Gateway,
  runtime: EndpointRuntime,
  plan: PlannedAttempt,
  model: string,
): () => void {
  const { state, breaker } = runtime;
  state.inFlight++;
  if (plan.trial) {
    const before = state.breaker.kind;
    applyBreaker(state, null, { kind: 'trial_started' }, gateway.now(), breaker);
    if (state.breaker.kind !== before) gateway.breakers.moved(runtime, before);
    if (state.models.has(model))
      applyBreaker(state, model, { kind: 'trial_started' }, gateway.now(), breaker);
  }
  if (plan.why === 'least_bad') state.leastBadInFlight = true;
  return () => {
    state.inFlight--;
    if (plan.trial) {
      applyBreaker(state, null, { kind: 'trial_released' }, gateway.now(), breaker);
      if (state.models.has(model))
        applyBreaker(state, model, { kind: 'trial_released' }, gateway.now(), breaker);
    }
    if (plan.why === 'least_bad') state.leastBadInFlight = false;
    runtime.slots.wake();
  };
}

/** Waits in the line of a full endpoint for as long as the deadline allows; false when the line is too long or the time is up. */
export function waitForPlace(
  { now }: Gateway,
  exchange: Exchange,
  runtime: EndpointRuntime,
): Promise<boolean> {
  const places = Math.min(
    runtime.endpoint.maxConcurrency || Number.POSITIVE_INFINITY,
    runtime.state.learnedCap,
  );
  return runtime.slots.wait(exchange.deadlineMs - now(), Math.max(MIN_LINE, places * LINE_PER_PLACE));
}

import type { Gateway } from '../gateway.ts';
import { type Exchange, waitUntil } from '../ingress/exchange.ts';
import type { ModelTries } from '../plan/model-tries.ts';
import { type GaveUp, giveUp, type Plan, type PlannedAttempt } from '../plan/plan.ts';
import { peekToken } from '../states/credentials.ts';
import { isProven } from '../states/endpoint-state.ts';
import { waitForPlace } from '../states/places.ts';
import { takeTurn } from './take-turn.ts';
import { isThrottled, throttleLine } from './throttle-line.ts';

export type Clearance =
  /** `inBudget`: it holds a place in the retry budget until the attempt has ended. */
  | { readonly kind: 'go'; readonly plan: PlannedAttempt; readonly inBudget: boolean }
  /** Time has passed, or a token was passed over: what was planned may not be the best any more. */
  | { readonly kind: 'plan_again' }
  | GaveUp;

const AGAIN: Clearance = { kind: 'plan_again' };

/**
 * Whether the planned step may be taken now. What stands in its way is waited for: a time, a place at a full endpoint, the
 * minimum interval between calls, the retry budget.
 */
export async function clearanceFor(tries: ModelTries, plan: Exclude<Plan, GaveUp>): Promise<Clearance> {
  if (plan.kind !== 'attempt') {
    tries.wish.turnIn = null;
    const went = await pause(tries, plan);
    if (tries.exchange.cancelled) return giveUp('cancelled');
    return went ? AGAIN : giveUp('overloaded');
  }
  return (await throttled(tries, plan)) ?? budgeted(tries, plan);
}

/** Waits for what the plan waits for; false when a full endpoint had no place in time. */
async function pause(
  { exchange, gateway }: ModelTries,
  plan: Plan & { kind: 'wait' | 'queue' },
): Promise<boolean> {
  if (plan.kind === 'wait') {
    await waitUntil(exchange, plan.untilMs, gateway.now());
    return true;
  }
  const free = await waitForPlace(gateway, exchange, plan.runtime);
  // Whoever leaves the line hands the place on.
  if (free && exchange.cancelled) plan.runtime.slots.wake();
  return free;
}

/** Null when it is this request's turn, or calls keep no interval. */
async function throttled(
  { exchange, gateway, route, model, wish }: ModelTries,
  { runtime }: PlannedAttempt,
): Promise<Clearance | null> {
  const { throttle } = route.route;
  if (!isThrottled(throttle)) return null;
  const token = peekToken(gateway, runtime, wish);
  const line = throttleLine(throttle, model, token);
  if (wish.turnIn === line) return null;
  wish.turnIn = (await takeTurn(exchange, gateway, throttle, line, model)) ? line : null;
  if (exchange.cancelled) return giveUp('cancelled');
  if (wish.turnIn !== null) return AGAIN;
  if (token === null || throttle.scope === 'model' || wish.tried.includes(token)) {
    const turnInMs = gateway.throttle.turnInMs(line, throttle.minIntervalMs);
    return giveUp('resting', gateway.now() + turnInMs, 429);
  }
  wish.tried.push(token); // the turn of another may come in time
  return AGAIN;
}

async function budgeted(
  { exchange, gateway, route, wish }: ModelTries,
  plan: PlannedAttempt,
): Promise<Clearance> {
  const isRetry = exchange.trail.length > 0 && !leavesForProven(plan, gateway.now());
  if (!isRetry || gateway.budget.take(route.route.retry.budget))
    return { kind: 'go', plan, inBudget: isRetry };
  wish.turnIn = null;
  await waitForBudget(exchange, gateway);
  if (exchange.cancelled) return giveUp('cancelled');
  if (gateway.now() < exchange.deadlineMs) return AGAIN;
  gateway.metrics.retrySuppressed('budget');
  return giveUp('budget');
}

/** The failover of a request to an endpoint that is known to work is the load it would have had anyway, and no storm. */
const leavesForProven = ({ why, runtime }: PlannedAttempt, nowMs: number): boolean =>
  why === 'fresh_endpoint' && isProven(runtime.state, nowMs);

/** Waits until the budget may have a place, the deadline has come, or the request is cancelled. */
async function waitForBudget(exchange: Exchange, { budget, now }: Gateway): Promise<void> {
  const over = waitUntil(exchange, exchange.deadlineMs, now());
  const callOff = exchange.wake ? budget.whenFree(exchange.wake) : null;
  await over;
  callOff?.();
  exchange.elsewhereMs -= Math.max(0, exchange.deadlineMs - now());
}

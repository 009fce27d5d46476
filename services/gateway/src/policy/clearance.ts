import { waitUntil } from '../ingress/exchange.ts';
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
 * minimum interval between calls, the retry budget. No promise where nothing does, as nearly always.
 */
export function clearanceFor(tries: ModelTries, plan: Exclude<Plan, GaveUp>): Clearance | Promise<Clearance> {
  if (plan.kind !== 'attempt') return pause(tries, plan);
  return isThrottled(tries.wish.throttle) ? throttled(tries, plan) : budgeted(tries, plan);
}

/** Waits for what the plan waits for. */
async function pause(
  { exchange, gateway, wish }: ModelTries,
  plan: Plan & { kind: 'wait' | 'queue' },
): Promise<Clearance> {
  wish.turnIn = null;
  if (plan.kind === 'wait') {
    await waitUntil(exchange, plan.untilMs, gateway.now());
    return exchange.cancelled ? giveUp('cancelled') : AGAIN;
  }
  const free = await waitForPlace(gateway, exchange, plan.runtime);
  if (!exchange.cancelled) return free ? AGAIN : giveUp('overloaded');
  // Whoever leaves the line hands the place on.
  if (free) plan.runtime.slots.wake();
  return giveUp('cancelled');
}

/** Goes on when it is this request's turn. */
async function throttled(tries: ModelTries, plan: PlannedAttempt): Promise<Clearance> {
  const { exchange, gateway, model, wish } = tries;
  const { throttle } = wish;
  const token = peekToken(gateway, plan.runtime, wish);
  const line = throttleLine(throttle, model, token);
  if (wish.turnIn === line) return budgeted(tries, plan);
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

function budgeted(tries: ModelTries, plan: PlannedAttempt): Clearance | Promise<Clearance> {
  const { exchange, gateway, route } = tries;
  const isRetry = exchange.trail.length > 0 && !leavesForProven(plan, gateway.now());
  return !isRetry || gateway.budget.take(route.route.retry.budget)
    ? { kind: 'go', plan, inBudget: isRetry }
    : whenBudgetFree(tries);
}

/** The failover of a request to an endpoint that is known to work is the load it would have had anyway, and no storm. */
const leavesForProven = ({ why, runtime }: PlannedAttempt, nowMs: number): boolean =>
  why === 'fresh_endpoint' && isProven(runtime.state, nowMs);

/** Waits until the budget may have a place, the deadline has come, or the request is cancelled. */
async function whenBudgetFree({ exchange, gateway, wish }: ModelTries): Promise<Clearance> {
  const { budget, now, metrics } = gateway;
  wish.turnIn = null;
  const over = waitUntil(exchange, exchange.deadlineMs, now());
  const callOff = exchange.wake ? budget.whenFree(exchange.wake) : null;
  await over;
  callOff?.();
  const leftMs = exchange.deadlineMs - now();
  exchange.elsewhereMs -= Math.max(0, leftMs);
  if (exchange.cancelled) return giveUp('cancelled');
  if (leftMs > 0) return AGAIN;
  metrics.retrySuppressed('budget');
  return giveUp('budget');
}

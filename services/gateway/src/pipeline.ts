import type { PoolToken } from '@holdfast/config/types';
import type { Verdict } from '@holdfast/core/verdict';
import type { Made } from './attempt/make-attempt.ts';
import { makeStep } from './attempt/make-step.ts';
import { verdictOnMetering } from './attempt/metering.ts';
import { takeUp, verdictOnContinuing } from './attempt/resume.ts';
import { canBeTold, verdictOnTelling, whyUntellable } from './attempt/translations.ts';
import {
  type CredentialWish,
  credentialStanding,
  type Gateway,
  peekToken,
  takeToken,
  upstreamModel,
  waitForPlace,
} from './gateway.ts';
import { type Exchange, waitUntil } from './ingress/exchange.ts';
import { mayFit } from './plan/context-window.ts';
import { forbiddenRetry } from './plan/forbidden-retry.ts';
import { modelsFor } from './plan/models-for.ts';
import { type GaveUp, type GiveUp, giveUp, type Plan, type Tried, type Turn } from './plan/plan.ts';
import { planNext } from './plan/plan-next.ts';
import { whenAgain } from './plan/when-again.ts';
import { takeTurn } from './policy/take-turn.ts';
import { isThrottled, throttleLine } from './policy/throttle-line.ts';
import { respondAnswer } from './respond/respond-answer.ts';
import { respondFailure } from './respond/respond-failure.ts';
import { respondUntellable } from './respond/respond-untellable.ts';
import { isProven } from './states/endpoint-state.ts';
import type { RouteRuntime } from './states/routing.ts';
import { settle } from './states/settle.ts';

/**
 * The life of a request behind ingress and policy: the one retry loop, over the model asked for and then its fallback
 * models, all under one deadline. Ends with exactly one answer, unless the client left.
 */
export async function serve(exchange: Exchange, gateway: Gateway): Promise<void> {
  const failures: Verdict[] = [];
  const tooSmall: string[] = [];
  let ended: GaveUp = giveUp('unavailable');
  let previous: string | null = null;
  for (const { model, route } of modelsFor(exchange)) {
    if (previous !== null) {
      const { labelFor } = exchange.routing;
      const reason = failures.at(-1)?.result ?? ended.because;
      gateway.metrics.fellBack(
        exchange.route.cluster.cluster.name,
        labelFor(previous),
        labelFor(model),
        reason,
      );
    }
    previous = model;
    const result = await tryModel(exchange, gateway, route, model, failures, tooSmall);
    if (result === 'answered') return;
    ended = result;
    if (FINAL.has(result.because)) break;
  }
  const untellable =
    ended.because === 'unavailable' && failures.length === 0 ? whyUntellable(exchange) : null;
  if (untellable) respondUntellable(exchange, gateway, untellable);
  else respondFailure(exchange, gateway, failures, ended);
}

/** With these, another model helps no more. */
const FINAL: ReadonlySet<GiveUp> = new Set<GiveUp>(['refused', 'deadline', 'cancelled']);

async function tryModel(
  exchange: Exchange,
  gateway: Gateway,
  route: RouteRuntime,
  model: string,
  failures: Verdict[],
  tooSmall: string[],
): Promise<'answered' | GaveUp> {
  const tried: Tried[] = [];
  const blamed: PoolToken[] = [];
  const { throttle } = route.route;
  const wish: CredentialWish = { model, tried: blamed, facts: exchange.facts, throttle, turnIn: null };
  let leastBadUsed = false;
  for (;;) {
    const turn: Turn = {
      route,
      model,
      tried,
      leastBadUsed,
      maxAttempts: attemptsFor(exchange, route),
      deadlineMs: exchange.deadlineMs,
      credential: (runtime) => credentialStanding(gateway, runtime, wish),
      fits: (runtime) =>
        canBeTold(exchange, runtime, model) &&
        (tooSmall.length === 0 ||
          mayFit(upstreamModel(runtime.endpoint, model), tooSmall, exchange.routing.config.modelLimits)),
    };
    const plan = planNext(turn, gateway.now(), gateway.random);
    if (plan.kind === 'give_up') {
      const forbidden = forbiddenRetry(exchange, plan);
      if (forbidden) gateway.metrics.retrySuppressed(forbidden);
      return plan;
    }
    if (plan.kind !== 'attempt') {
      wish.turnIn = null;
      const went = await pause(exchange, gateway, plan);
      if (exchange.cancelled) return giveUp('cancelled');
      if (!went) return giveUp('overloaded');
      continue;
    }
    if (isThrottled(throttle)) {
      const token = peekToken(gateway, plan.runtime, wish);
      const line = throttleLine(throttle, model, token);
      if (wish.turnIn !== line) {
        wish.turnIn = (await takeTurn(exchange, gateway, throttle, line, model)) ? line : null;
        if (exchange.cancelled) return giveUp('cancelled');
        if (wish.turnIn !== null) continue; // what was planned may not be the best any more
        if (token === null || throttle.scope === 'model' || blamed.includes(token)) {
          const turnInMs = gateway.throttle.turnInMs(line, throttle.minIntervalMs);
          return giveUp('resting', gateway.now() + turnInMs, 429);
        }
        blamed.push(token); // the turn of another may come in time
        continue;
      }
    }
    const needsPlace = exchange.trail.length > 0 && !leavesForProven(plan, gateway.now());
    if (needsPlace && !gateway.budget.take(route.route.retry.budget)) {
      wish.turnIn = null;
      await waitForBudget(exchange, gateway);
      if (exchange.cancelled) return giveUp('cancelled');
      if (gateway.now() < exchange.deadlineMs) continue;
      gateway.metrics.retrySuppressed('budget');
      return giveUp('budget');
    }
    if (plan.why === 'first') gateway.tierSwitches.chose(route.cluster, plan.runtime, model);
    if (plan.why === 'least_bad') leastBadUsed = true;

    const token = takeToken(gateway, plan.runtime, wish);
    wish.turnIn = null;
    const made = await makeStep(exchange, gateway, { plan, token, route, model }, turn);
    if (needsPlace) gateway.budget.release();
    for (const one of made) {
      const verdict = settle(exchange, gateway, one, tried, failures);
      if (verdict.result === 'ok') {
        respondAnswer(exchange, gateway, one.plan.runtime, route, model, one.report);
        return 'answered';
      }
      if (exchange.cancelled) return giveUp('cancelled');
      // It lost the race, or our own time is up. After content that is the end of the client's stream.
      if (verdict.result === 'aborted' && !one.report.committed) continue;
      failures.push(verdict);
      if (one.report.committed && (verdict.retry === 'stop' || !takeUp(exchange, gateway, one)))
        return giveUp('refused');
      if (verdict.code === 'P02') tooSmall.push(upstreamModel(one.plan.runtime.endpoint, model));
      const isFresh = one.token !== null && !blamed.includes(one.token);
      if (one.token && verdict.retry === 'token') blamed.push(one.token);
      const goesOn = isFresh && credentialStanding(gateway, one.plan.runtime, wish).kind === 'ready';
      tried.push({
        ...whenAgain(one.plan, verdict, tried, goesOn, route.route.retry, gateway.now(), gateway.random),
        runtime: one.plan.runtime,
        verdict: verdictOnOurs(exchange, one, verdict),
      });
    }
  }
}

/** The verdict as far as it decides on the next attempt: not all that is refused is what the client asked for. */
function verdictOnOurs(exchange: Exchange, made: Made, verdict: Verdict): Verdict {
  return verdictOnTelling(
    exchange,
    made,
    verdictOnMetering(exchange, made, verdictOnContinuing(exchange, made, verdict)),
  );
}

/** The failover of a request to an endpoint that is known to work is the load it would have had anyway, and no storm. */
const leavesForProven = ({ why, runtime }: Plan & { kind: 'attempt' }, nowMs: number): boolean =>
  why === 'fresh_endpoint' && isProven(runtime.state, nowMs);

/** Waits until the budget may have a place, the deadline has come, or the request is cancelled. */
async function waitForBudget(exchange: Exchange, { budget, now }: Gateway): Promise<void> {
  const over = waitUntil(exchange, exchange.deadlineMs, now());
  const callOff = exchange.wake ? budget.whenFree(exchange.wake) : null;
  await over;
  callOff?.();
  exchange.elsewhereMs -= Math.max(0, exchange.deadlineMs - now());
}

/** A client whose own SDK retries has used up some of the attempts; a retry of it still gets a second chance. */
function attemptsFor({ options }: Exchange, { route }: RouteRuntime): number {
  return Math.max(Math.min(2, route.retry.maxAttempts), route.retry.maxAttempts - options.clientRetries);
}

/** Waits for what the plan waits for; false when a full endpoint had no place in time. */
async function pause(
  exchange: Exchange,
  gateway: Gateway,
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

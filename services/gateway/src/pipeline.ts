import type { PoolToken } from '@holdfast/config/types';
import { backoffMs, statedWaitMs } from '@holdfast/core/backoff';
import { classify } from '@holdfast/core/classify/classify';
import type { Verdict } from '@holdfast/core/verdict';
import { type AttemptReport, attempt } from './attempt/attempt.ts';
import { orderFor } from './attempt/order-for.ts';
import {
  credentialStanding,
  enterEndpoint,
  type Gateway,
  servedBy,
  takeToken,
  upstreamModel,
  waitForPlace,
} from './gateway.ts';
import { type Exchange, noteAttempt, waitUntil } from './ingress/exchange.ts';
import {
  type GaveUp,
  type GiveUp,
  giveUp,
  type Plan,
  repeatable,
  type Tried,
  type Turn,
} from './plan/plan.ts';
import { planNext } from './plan/plan-next.ts';
import { takeTurn } from './policy/take-turn.ts';
import { respondAnswer } from './respond/respond-answer.ts';
import { respondFailure } from './respond/respond-failure.ts';
import { recordAttempt } from './states/record-attempt.ts';
import type { RouteRuntime } from './states/routing.ts';

/** How long a retry waits for a place in the budget before it is given up. */
const BUDGET_WAIT_MS = 1000;

/**
 * The life of a request behind ingress and policy: the one retry loop, over the model asked for and then its fallback
 * models, all under one deadline. Ends with exactly one answer, unless the client left.
 */
export async function serve(exchange: Exchange, gateway: Gateway): Promise<void> {
  const failures: Verdict[] = [];
  let ended: GaveUp = giveUp('unavailable');
  for (const { model, route } of modelsToTry(exchange)) {
    const result = await tryModel(exchange, gateway, route, model, failures);
    if (result === 'answered') return;
    ended = result;
    if (FINAL.has(result.because)) break;
  }
  respondFailure(exchange, gateway, failures, ended);
}

/** With these, another model helps no more. */
const FINAL: ReadonlySet<GiveUp> = new Set<GiveUp>(['refused', 'deadline', 'cancelled']);

/** The model asked for, then the route's fallback models, each routed again. */
function* modelsToTry({
  route,
  facts,
  routing,
}: Exchange): Generator<{ model: string; route: RouteRuntime }> {
  yield { model: facts.model, route };
  for (const model of route.route.fallbackModels) {
    const next = routing.routeFor(model);
    if (next && next.cluster.cluster.protocol === route.cluster.cluster.protocol && model !== facts.model)
      yield { model, route: next };
  }
}

async function tryModel(
  exchange: Exchange,
  gateway: Gateway,
  route: RouteRuntime,
  model: string,
  failures: Verdict[],
): Promise<'answered' | GaveUp> {
  const tried: Tried[] = [];
  const blamed: PoolToken[] = [];
  let leastBadUsed = false;
  for (;;) {
    const turn: Turn = {
      route,
      model,
      tried,
      leastBadUsed,
      maxAttempts: attemptsFor(exchange, route),
      deadlineMs: exchange.deadlineMs,
      credential: (runtime) => credentialStanding(gateway, runtime, model, blamed, exchange.facts),
    };
    const plan = planNext(turn, gateway.now(), gateway.random);
    if (plan.kind === 'give_up') return plan;
    if (plan.kind !== 'attempt') {
      const went = await pause(exchange, gateway, plan);
      if (exchange.cancelled) return giveUp('cancelled');
      if (!went) return giveUp('overloaded');
      continue;
    }
    const isRetry = exchange.trail.length > 0;
    if (isRetry && !(await gateway.budget.take(route.route.retry.budget, BUDGET_WAIT_MS))) {
      gateway.metrics.retrySuppressed('budget');
      return giveUp('budget');
    }
    if (plan.why === 'least_bad') leastBadUsed = true;

    const token = takeToken(gateway, plan.runtime, model, blamed, exchange.facts);
    if (!(await takeTurn(exchange, gateway, route.route.throttle, model, token))) {
      if (isRetry) gateway.budget.release();
      return giveUp(exchange.cancelled ? 'cancelled' : 'resting', null, 429);
    }
    const report = await callOnce(exchange, gateway, plan, route, model, token);
    if (isRetry) gateway.budget.release();

    const verdict = classify(report.observation, {
      nowMs: gateway.now(),
      pooled: token !== null,
      earlier: failures.map(({ code }) => code),
    });
    noteAttempt(exchange, plan.runtime, model, token?.name ?? null, verdict, report);
    recordAttempt(exchange, gateway, { plan, model, token, verdict, report, tried });
    if (verdict.result === 'ok') {
      respondAnswer(exchange, gateway, plan.runtime, route, model, report);
      return 'answered';
    }
    if (exchange.cancelled) return giveUp('cancelled');
    failures.push(verdict);
    if (report.committed) return giveUp('refused');
    if (token && verdict.retry === 'token') blamed.push(token);
    tried.push({ ...whenAgain(plan, verdict, tried, route, gateway), runtime: plan.runtime, verdict });
  }
}

/** A client whose own SDK retries has used up some of the attempts; a retry of it still gets a second chance. */
function attemptsFor({ options }: Exchange, { route }: RouteRuntime): number {
  return Math.max(Math.min(2, route.retry.maxAttempts), route.retry.maxAttempts - options.clientRetries);
}

/** Makes the attempt, with the endpoint's place taken for exactly as long. */
async function callOnce(
  exchange: Exchange,
  gateway: Gateway,
  plan: Plan & { kind: 'attempt' },
  route: RouteRuntime,
  model: string,
  token: PoolToken | null,
): Promise<AttemptReport> {
  const release = enterEndpoint(gateway, plan.runtime, plan, model);
  const counted = gateway.limits.started(upstreamModel(plan.runtime.endpoint, model), token, exchange.facts);
  exchange.served = servedBy(exchange, plan.runtime, route, model);
  exchange.running = attempt(orderFor(exchange, gateway, plan, route, model, token));
  if (exchange.cancelled) exchange.running.cancel(exchange.cancelled);
  const report = await exchange.running.report;
  exchange.running = null;
  counted(report.usage);
  release();
  return report;
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
  return waitForPlace(gateway, exchange, plan.runtime);
}

/** When the same endpoint may be asked again in this request, and whether the attempt counts. */
function whenAgain(
  plan: Plan & { kind: 'attempt' },
  verdict: Verdict,
  tried: readonly Tried[],
  { route }: RouteRuntime,
  gateway: Gateway,
): Omit<Tried, 'runtime' | 'verdict'> {
  const outOfRotation = plan.trial || plan.why === 'least_bad';
  // A token that is dead or has spent its quota fails once and is then left alone: the pool's size bounds that.
  const counts = !(verdict.dead || verdict.result === 'quota_exhausted');
  const flags = { counts, outOfRotation, sameOnce: plan.why === 'same_once' };
  if (!repeatable(verdict) || outOfRotation) return { ...flags, readyAtMs: Number.POSITIVE_INFINITY };
  const repeats = tried.filter((earlier) => earlier.counts).length + 1;
  const stated = verdict.bench?.provenance === 'authoritative' ? verdict.bench.ms : null;
  const waitMs =
    stated === null
      ? backoffMs(repeats, route.retry, gateway.random())
      : statedWaitMs(stated, gateway.random());
  return { ...flags, readyAtMs: gateway.now() + waitMs };
}

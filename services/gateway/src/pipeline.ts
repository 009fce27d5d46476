import type { Verdict } from '@holdfast/core/verdict';
import type { Made } from './attempt/make-attempt.ts';
import { makeStep } from './attempt/make-step.ts';
import { verdictOnMetering } from './attempt/metering.ts';
import { takeUp, verdictOnContinuing } from './attempt/resume.ts';
import { verdictOnThoughts } from './attempt/thoughts.ts';
import { verdictOnTelling, whyUntellable } from './attempt/translations.ts';
import type { Gateway } from './gateway.ts';
import type { Exchange } from './ingress/exchange.ts';
import { forbiddenRetry } from './plan/forbidden-retry.ts';
import { type Lessons, type ModelTries, openTries, turnOf } from './plan/model-tries.ts';
import { modelsFor } from './plan/models-for.ts';
import { type GaveUp, type GiveUp, giveUp } from './plan/plan.ts';
import { planNext } from './plan/plan-next.ts';
import { whenAgain } from './plan/when-again.ts';
import { clearanceFor } from './policy/clearance.ts';
import { respondAnswer } from './respond/respond-answer.ts';
import { respondFailure } from './respond/respond-failure.ts';
import { respondUntellable } from './respond/respond-untellable.ts';
import { credentialStanding, takeToken } from './states/credentials.ts';
import { settle } from './states/settle.ts';
import { upstreamModel } from './states/upstream-model.ts';

/**
 * The life of a request behind ingress and policy: the one retry loop, over the model asked for and then its fallback
 * models, all under one deadline. Ends with exactly one answer, unless the client left.
 */
export async function serve(exchange: Exchange, gateway: Gateway): Promise<void> {
  const lessons: Lessons = { failures: [], tooSmall: [] };
  let ended: GaveUp = giveUp('unavailable');
  let previous: string | null = null;
  for (const candidate of modelsFor(exchange)) {
    if (previous !== null) {
      const reason = lessons.failures.at(-1)?.result ?? ended.because;
      leaveModel(exchange, gateway, previous, candidate.model, reason);
    }
    previous = candidate.model;
    const result = await tryModel(openTries(exchange, gateway, candidate, lessons));
    if (result === 'answered') return;
    ended = result;
    if (FINAL.has(result.because)) break;
  }
  const { failures } = lessons;
  const untellable =
    ended.because === 'unavailable' && failures.length === 0 ? whyUntellable(exchange) : null;
  if (untellable) respondUntellable(exchange, gateway, untellable);
  else respondFailure(exchange, gateway, failures, ended);
}

/** With these, another model helps no more. */
const FINAL: ReadonlySet<GiveUp> = new Set<GiveUp>(['refused', 'deadline', 'cancelled']);

function leaveModel(
  { route, routing }: Exchange,
  gateway: Gateway,
  from: string,
  to: string,
  reason: string,
): void {
  const { labelFor } = routing;
  gateway.metrics.fellBack(route.cluster.cluster.name, labelFor(from), labelFor(to), reason);
}

/** Plans, waits, attempts and takes in what it came to, until there is an answer or a reason to stop. */
async function tryModel(tries: ModelTries): Promise<'answered' | GaveUp> {
  const { exchange, gateway, route, model, wish } = tries;
  for (;;) {
    const turn = turnOf(tries);
    const next = planNext(turn, gateway.now(), gateway.random);
    if (next.kind === 'give_up') {
      const forbidden = forbiddenRetry(exchange, next);
      if (forbidden) gateway.metrics.retrySuppressed(forbidden);
      return next;
    }
    const clear = clearanceFor(tries, next);
    const clearance = clear instanceof Promise ? await clear : clear;
    if (clearance.kind === 'give_up') return clearance;
    if (clearance.kind === 'plan_again') continue;

    const { plan } = clearance;
    if (plan.why === 'first') gateway.tierSwitches.chose(route.cluster, plan.runtime, model);
    if (plan.why === 'least_bad') tries.leastBadUsed = true;
    const token = takeToken(gateway, plan.runtime, wish);
    wish.turnIn = null;
    const made = await makeStep(exchange, gateway, { plan, token, route, model }, turn);
    if (clearance.inBudget) gateway.budget.release();
    for (const one of made) {
      const end = conclude(tries, one);
      if (end !== null) return end;
    }
  }
}

/** Classifies and records an attempt, and answers the client if it was good; null: what comes next is to be planned. */
function conclude(tries: ModelTries, made: Made): 'answered' | GaveUp | null {
  const { exchange, gateway, route, model, lessons, tried, wish } = tries;
  const { plan, token, report } = made;
  const verdict = settle(exchange, gateway, made, tried, lessons.failures);
  if (verdict.result === 'ok') {
    respondAnswer(exchange, gateway, made);
    return 'answered';
  }
  if (exchange.cancelled) return giveUp('cancelled');
  // It lost the race, or our own time is up. After content that is the end of the client's stream.
  if (verdict.result === 'aborted' && !report.committed) return null;
  lessons.failures.push(verdict);
  if (report.committed && (verdict.retry === 'stop' || !takeUp(exchange, gateway, made)))
    return giveUp('refused');
  if (verdict.code === 'P02') lessons.tooSmall.push(upstreamModel(plan.runtime.endpoint, model));
  const isFresh = token !== null && !wish.tried.includes(token);
  if (token && verdict.retry === 'token') wish.tried.push(token);
  const goesOn = isFresh && credentialStanding(gateway, plan.runtime, wish).kind === 'ready';
  tried.push({
    ...whenAgain(plan, verdict, tried, goesOn, route.route.retry, gateway.now(), gateway.random),
    runtime: plan.runtime,
    verdict: verdictOnOurs(exchange, made, verdict),
  });
  return null;
}

/** The verdict as far as it decides on the next attempt: not all that is refused is what the client asked for. */
function verdictOnOurs(exchange: Exchange, made: Made, verdict: Verdict): Verdict {
  const judges = [verdictOnContinuing, verdictOnMetering, verdictOnThoughts, verdictOnTelling];
  return judges.reduce((known, judge) => judge(exchange, made, known), verdict);
}

import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import type { Turn } from '../plan/plan.ts';
import { planNext } from '../plan/plan-next.ts';
import { isThrottled } from '../policy/throttle-line.ts';
import { takeToken } from '../states/credentials.ts';
import { type Made, makeAttempt, makeHedgedAttempt, type Step } from './make-attempt.ts';

/** The planned attempt, and where the route asks for it a second one when the first is late. What decides comes last. */
export function makeStep(exchange: Exchange, gateway: Gateway, step: Step, turn: Turn): Promise<Made[]> {
  const { plan, route, model } = step;
  const lateMs =
    route.route.hedge &&
    !isThrottled(route.route.throttle) &&
    plan.why === 'first' &&
    exchange.stream &&
    !exchange.resume?.spoken
      ? route.hedging.lateAfterMs()
      : null;
  if (lateMs === null) return makeAttempt(exchange, gateway, step);
  const gate = exchange.resume?.gate ?? exchange.stream!;
  return makeHedgedAttempt(exchange, gateway, step, gate, lateMs, () => {
    const second = planNext({ ...turn, beside: plan.runtime }, gateway.now(), gateway.random);
    if (second.kind !== 'attempt' || second.trial || second.why === 'least_bad' || !route.hedging.take())
      return null;
    return {
      plan: second,
      route,
      model,
      token: takeToken(gateway, second.runtime, {
        model,
        tried: [],
        facts: exchange.facts,
        throttle: route.route.throttle,
        turnIn: null,
      }),
    };
  });
}

import type { PoolToken } from '@holdfast/config/types';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import type { PlannedAttempt } from '../plan/plan.ts';
import { enterEndpoint } from '../states/places.ts';
import type { RouteRuntime } from '../states/routing.ts';
import { upstreamModel } from '../states/upstream-model.ts';
import { type AttemptReport, attempt, type RunningAttempt, type StreamGate } from './attempt.ts';
import { orderFor } from './order-for.ts';
import { servedBy } from './served-by.ts';

/** A planned attempt with everything it needs. */
export interface Step {
  readonly plan: PlannedAttempt;
  readonly token: PoolToken | null;
  readonly route: RouteRuntime;
  readonly model: string;
}

/** A step that has ended. */
export interface Made extends Step {
  readonly report: AttemptReport;
}

/** Makes one attempt, with the endpoint's place taken for exactly as long. */
export function makeAttempt(exchange: Exchange, gateway: Gateway, step: Step): Promise<Made[]> {
  exchange.served = servedBy(exchange, step.plan.runtime, step.route, step.model);
  const { running, made } = start(exchange, gateway, step, exchange.resume?.gate ?? exchange.stream);
  exchange.running = running;
  if (exchange.cancelled) running.cancel(exchange.cancelled);
  return made;
}

/**
 * Makes an attempt and, when its first content is late, a second one beside it: whichever has content first is the
 * answer, the other is cut and blamed for nothing. Returns what was made, the one that decides last.
 */
export async function makeHedgedAttempt(
  exchange: Exchange,
  gateway: Gateway,
  first: Step,
  stream: StreamGate,
  lateMs: number,
  planSecond: () => Step | null,
): Promise<Made[]> {
  const runners: RunningAttempt[] = [];
  let winner: number | null = null;
  const run = (step: Step, index: number): Promise<Made> => {
    const served = {
      ...servedBy(exchange, step.plan.runtime, step.route, step.model),
      attempts: exchange.trail.length + index + 1,
    };
    const win = () => {
      winner = index;
      exchange.served = served;
      for (const [other, running] of runners.entries()) if (other !== index) running.cancel('hedge');
    };
    const gate: StreamGate = {
      commit(held) {
        win();
        stream.commit(held);
      },
      write: (bytes) => stream.write(bytes),
      onDrain: (resume) => stream.onDrain(resume),
    };
    exchange.served = served;
    const { running, made } = start(exchange, gateway, step, gate);
    runners[index] = running;
    return made.then(([one]) => {
      // An answer without content, or one that came as JSON, commits nothing and is an answer all the same.
      if (one.report.observation.kind === 'success' && winner === null) win();
      return one;
    });
  };
  exchange.running = {
    cancel: (by) => {
      for (const running of runners) running.cancel(by);
    },
  };
  const firstMade = run(first, 0);
  const late = await Promise.race([firstMade.then(() => false), after(lateMs)]);
  const second = late && winner === null && !exchange.cancelled ? planSecond() : null;
  const made = second ? await Promise.all([firstMade, run(second, 1)]) : [await firstMade];
  return winner === 0 ? made.toReversed() : made;
}

function start(
  exchange: Exchange,
  gateway: Gateway,
  step: Step,
  gate: StreamGate | null,
): { running: RunningAttempt; made: Promise<[Made]> } {
  const { plan, token, route, model } = step;
  const release = enterEndpoint(gateway, plan.runtime, plan, model);
  const counted = gateway.limits.started(upstreamModel(plan.runtime.endpoint, model), token, exchange.facts);
  const running = attempt(orderFor(exchange, gateway, plan, route, model, token, gate));
  const made = running.report.then((report): [Made] => {
    counted(report.usage);
    release();
    return [{ ...step, report }];
  });
  return { running, made };
}

function after(ms: number): Promise<boolean> {
  return new Promise((resolve) => setTimeout(resolve, ms, true).unref());
}

import { classify } from '@holdfast/core/classify/classify';
import type { Verdict } from '@holdfast/core/verdict';
import type { Made } from '../attempt/make-attempt.ts';
import type { Gateway } from '../gateway.ts';
import { type Exchange, noteAttempt } from '../ingress/exchange.ts';
import type { Tried } from '../plan/plan.ts';
import { recordAttempt } from './record-attempt.ts';

/** Judges an attempt that ended and writes it down. */
export function settle(
  exchange: Exchange,
  gateway: Gateway,
  made: Made,
  tried: readonly Tried[],
  failures: readonly Verdict[],
): Verdict {
  const { plan, token, model, report } = made;
  const verdict = classify(report.observation, {
    nowMs: gateway.now(),
    pooled: token !== null,
    earlier: failures.map(({ code }) => code),
  });
  noteAttempt(exchange, plan.runtime, model, token, verdict, report);
  recordAttempt(exchange, gateway, { plan, model, token, verdict, report, tried });
  if (report.firstContentMs !== null && made.route.route.hedge)
    made.route.hedging.note(report.firstContentMs);
  return verdict;
}

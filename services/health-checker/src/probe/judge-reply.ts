import { classify } from '@holdfast/core/classify/classify';
import type { Observation, Verdict } from '@holdfast/core/verdict';
import { readErrorBody } from '@holdfast/dialects/errors/read-error-body';
import type { Exchange } from './exchange.ts';
import { type Finding, findingOf, wrongAnswer } from './finding.ts';

type Reply = Extract<Exchange, { status: number }>;

export interface JudgeContext {
  readonly pooled: boolean;
  readonly nowMs: number;
}

/** The catalogue's verdict on an exchange that brought no 2xx; null when it did. */
export function verdictOn(reply: Exchange, context: JudgeContext): Verdict | null {
  if ('failure' in reply) return classify(reply.failure, context);
  if (reply.status >= 200 && reply.status < 300) return null;
  return classify(refusal(reply), context);
}

function refusal({ status, headers, body }: Reply): Observation {
  return { kind: 'refused', status, headers, ...readErrorBody(body) };
}

/** What a 2xx that is no answer says: a page or a text is proof that no model answers there, anything else may be chance. */
export function findingOfBadBody(observation: Observation, context: JudgeContext): Finding {
  const verdict = classify(observation, context);
  const page =
    observation.kind === 'bad_body' && (observation.fault === 'html' || observation.fault === 'not_json');
  return page ? wrongAnswer(verdict.summary) : findingOf(verdict, context.pooled);
}

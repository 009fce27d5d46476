import type { BodyFault } from '@holdfast/core/verdict';
import type { AnswerFinding } from '../dialect.ts';
import { type JsonObject, objectsIn, textOf } from '../json.ts';
import { bad, errorIn, isError, readJsonAnswer, usageIn, withoutAnswer } from './finding.ts';
import { BROKEN_FINISHES, FILTER_FINISHES, LENGTH_FINISHES } from './finish-reasons.ts';

/** Judges a whole `POST /completions` answer with a 2xx status (FAULTS P20-P28). White space is text here: it may be the completion. */
export function readAnswer(body: Buffer, _contentType: string): AnswerFinding {
  return readJsonAnswer(body, judge);
}

function judge(answer: JsonObject): AnswerFinding {
  const choices = objectsIn(answer.choices);
  const first = choices[0];
  if (first === undefined) return withoutAnswer(answer);
  const failed = choices.find((choice) => isError(choice.error));
  if (failed) return errorIn({ error: failed.error });
  const usable = choices.find((choice) => faultOf(choice) === null);
  if (usable === undefined) return bad(faultOf(first) ?? 'empty_content');
  const finish = textOf(usable.finish_reason);
  return {
    kind: 'ok',
    model: textOf(answer.model),
    usage: usageIn(answer.usage, 'prompt_tokens', 'completion_tokens'),
    finish,
    filtered: FILTER_FINISHES.has(finish ?? ''),
  };
}

function faultOf({ finish_reason, text }: JsonObject): BodyFault | null {
  const finish = textOf(finish_reason) ?? '';
  if (BROKEN_FINISHES.has(finish)) return 'finish_error';
  if (FILTER_FINISHES.has(finish)) return null;
  if (typeof text !== 'string') return 'no_choices';
  return text !== '' || LENGTH_FINISHES.has(finish) ? null : 'empty_content';
}

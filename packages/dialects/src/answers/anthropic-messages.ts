import type { BodyFault } from '@holdfast/core/verdict';
import type { AnswerFinding } from '../dialect.ts';
import { type JsonObject, objectsIn, textOf } from '../json.ts';
import { bad, readJsonAnswer, usageIn, withoutAnswer } from './finding.ts';

/** Stops that make an answer without text a valid one: the limit, a sequence met at once, a refusal, a pause to be continued. */
export const VALID_WHEN_EMPTY: ReadonlySet<string> = new Set([
  'max_tokens',
  'model_context_window_exceeded',
  'stop_sequence',
  'refusal',
  'pause_turn',
]);

/** Judges a whole `POST /v1/messages` answer with a 2xx status (FAULTS P20-P28). */
export function readAnswer(body: Buffer, _contentType: string): AnswerFinding {
  return readJsonAnswer(body, judge);
}

function judge(answer: JsonObject): AnswerFinding {
  if (!Array.isArray(answer.content)) return withoutAnswer(answer);
  const finish = textOf(answer.stop_reason);
  const fault = VALID_WHEN_EMPTY.has(finish ?? '')
    ? null
    : finish === 'error'
      ? 'finish_error'
      : faultOf(objectsIn(answer.content));
  if (fault !== null) return bad(fault);
  return {
    kind: 'ok',
    model: textOf(answer.model),
    usage: usageIn(answer.usage, 'input_tokens', 'output_tokens'),
    finish,
    filtered: finish === 'refusal',
  };
}

function faultOf(blocks: readonly JsonObject[]): BodyFault | null {
  let thought = false;
  for (const { type, text } of blocks) {
    if (type === 'thinking' || type === 'redacted_thinking') thought = true;
    else if (type !== 'text' || (typeof text === 'string' && /\S/.test(text))) return null;
  }
  return thought ? 'reasoning_only' : 'empty_content';
}

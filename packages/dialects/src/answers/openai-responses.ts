import type { BodyFault } from '@holdfast/core/verdict';
import type { AnswerFinding } from '../dialect.ts';
import { isObject, type JsonObject, objectsIn, textOf } from '../json.ts';
import { bad, errorIn, readJsonAnswer, usageIn, withoutAnswer } from './finding.ts';

/** Accepted for later: a background response has no output yet, and is fetched by its id. */
const RUNNING: ReadonlySet<string> = new Set(['queued', 'in_progress']);

/**
 * Judges a whole `POST /responses` answer with a 2xx status (FAULTS P20-P28). `finish` is the status, or the reason
 * where the response is incomplete (`max_output_tokens`, `content_filter`).
 */
export function readAnswer(body: Buffer, _contentType: string): AnswerFinding {
  return readJsonAnswer(body, judge);
}

function judge(answer: JsonObject): AnswerFinding {
  const status = textOf(answer.status);
  if (status === 'failed' || status === 'cancelled')
    return isObject(answer.error) ? errorIn(answer) : bad('finish_error');
  if (!Array.isArray(answer.output)) return withoutAnswer(answer);
  const output = objectsIn(answer.output);
  const reason = isObject(answer.incomplete_details) ? textOf(answer.incomplete_details.reason) : null;
  // Incomplete says honestly why there is less than asked for, or nothing (P23, P27).
  const fault = status === 'incomplete' || RUNNING.has(status ?? '') ? null : faultOf(output);
  if (fault !== null) return bad(fault);
  return {
    kind: 'ok',
    model: textOf(answer.model),
    usage: usageIn(answer.usage, 'input_tokens', 'output_tokens'),
    finish: reason ?? status,
    filtered: reason === 'content_filter' || output.some(refuses),
  };
}

/** Tool calls of any kind and compacted context are output as much as a message is. */
function faultOf(output: readonly JsonObject[]): BodyFault | null {
  if (output.some(({ type, content }) => (type === 'message' ? hasContent(content) : type !== 'reasoning')))
    return null;
  return output.some(({ type }) => type === 'reasoning') ? 'reasoning_only' : 'empty_content';
}

function hasContent(content: unknown): boolean {
  return objectsIn(content).some(
    ({ text, refusal }) => (typeof text === 'string' && /\S/.test(text)) || textOf(refusal) !== null,
  );
}

function refuses({ content }: JsonObject): boolean {
  return objectsIn(content).some(({ type }) => type === 'refusal');
}

import type { BodyFault } from '@holdfast/core/verdict';
import type { AnswerFinding, Usage } from '../dialect.ts';
import { readProviderError } from '../errors/read-provider-error.ts';
import { countOf, isObject, type JsonObject, textOf } from '../json.ts';
import { parseAnswer } from './parse-answer.ts';

export const bad = (fault: BodyFault): AnswerFinding => ({ kind: 'bad', fault });

/** Parses, rules out what is an error in every dialect, and leaves the rest to `judge`. */
export function readJsonAnswer(body: Buffer, judge: (answer: JsonObject) => AnswerFinding): AnswerFinding {
  const parsed = parseAnswer(body);
  if ('fault' in parsed) return bad(parsed.fault);
  const { value } = parsed;
  // Google wraps its errors in an array.
  if (Array.isArray(value))
    return value.some((item) => isObject(item) && isError(item.error)) ? errorIn(value) : bad('no_choices');
  if (!isObject(value)) return bad(value === null ? 'empty_body' : 'not_json');
  return isError(value.error) || value.type === 'error' || value.object === 'error'
    ? errorIn(value)
    : judge(value);
}

export function errorIn(value: unknown): AnswerFinding {
  return { kind: 'error', error: readProviderError(value) };
}

/** `error: null`, `""`, `{}` and `false` are fields that were left empty. */
export function isError(value: unknown): boolean {
  return typeof value === 'string' ? value !== '' : isObject(value) && Object.keys(value).length > 0;
}

/** An answer without the part that makes it one: a flat error (FAULTS P31) says why, anything else is just empty. */
export function withoutAnswer(answer: JsonObject): AnswerFinding {
  const minimax = answer.base_resp;
  const failed =
    textOf(answer.message) !== null ||
    answer.detail !== undefined ||
    (Array.isArray(answer.errors) && answer.errors.length > 0) ||
    textOf(answer.error_msg) !== null ||
    answer.success === false ||
    (typeof answer.status === 'number' && answer.status >= 400) ||
    (isObject(minimax) && minimax.status_code !== 0);
  return failed ? errorIn(answer) : bad('no_choices');
}

/** `answer.usage` by the names of its dialect; null when the provider counted nothing (FAULTS P30). */
export function usageIn(usage: unknown, inputKey: string, outputKey: string): Usage | null {
  if (!isObject(usage)) return null;
  const inputTokens = countOf(usage[inputKey]);
  const outputTokens = countOf(usage[outputKey]);
  return inputTokens === null && outputTokens === null ? null : { inputTokens, outputTokens };
}

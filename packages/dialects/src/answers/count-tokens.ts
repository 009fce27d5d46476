import type { AnswerFinding } from '../dialect.ts';
import { countOf, type JsonObject } from '../json.ts';
import { readJsonAnswer, withoutAnswer } from './finding.ts';

/** Judges a whole `POST /v1/messages/count_tokens` answer with a 2xx status: `{"input_tokens": n}`. The count is the answer, not usage. */
export function readAnswer(body: Buffer, _contentType: string): AnswerFinding {
  return readJsonAnswer(body, judge);
}

function judge(answer: JsonObject): AnswerFinding {
  if (countOf(answer.input_tokens) === null) return withoutAnswer(answer);
  return { kind: 'ok', model: null, usage: null, finish: null, filtered: false };
}

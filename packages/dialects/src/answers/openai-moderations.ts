import type { AnswerFinding } from '../dialect.ts';
import { type JsonObject, objectsIn, textOf } from '../json.ts';
import { readJsonAnswer, withoutAnswer } from './finding.ts';

/** Judges a whole `POST /moderations` answer with a 2xx status: it must hold a result. */
export function readAnswer(body: Buffer, _contentType: string): AnswerFinding {
  return readJsonAnswer(body, judge);
}

function judge(answer: JsonObject): AnswerFinding {
  if (objectsIn(answer.results).length === 0) return withoutAnswer(answer);
  return { kind: 'ok', model: textOf(answer.model), usage: null, finish: null, filtered: false };
}

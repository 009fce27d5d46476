import type { AnswerFinding } from '../dialect.ts';
import { type JsonObject, objectsIn, textOf } from '../json.ts';
import { bad, readJsonAnswer, usageIn, withoutAnswer } from './finding.ts';

/** Judges a whole `POST /embeddings` answer with a 2xx status: every item needs a vector, as numbers or as base64. */
export function readAnswer(body: Buffer, _contentType: string): AnswerFinding {
  return readJsonAnswer(body, judge);
}

function judge(answer: JsonObject): AnswerFinding {
  const items = objectsIn(answer.data);
  if (items.length === 0) return withoutAnswer(answer);
  if (!items.every(hasVector)) return bad('empty_content');
  return {
    kind: 'ok',
    model: textOf(answer.model),
    usage: usageIn(answer.usage, 'prompt_tokens', 'completion_tokens'),
    finish: null,
    filtered: false,
  };
}

function hasVector({ embedding }: JsonObject): boolean {
  return textOf(embedding) !== null || (Array.isArray(embedding) && embedding.length > 0);
}

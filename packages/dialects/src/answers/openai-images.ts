import type { AnswerFinding } from '../dialect.ts';
import { type JsonObject, objectsIn, textOf } from '../json.ts';
import { bad, readJsonAnswer, usageIn, withoutAnswer } from './finding.ts';

/** Judges a whole `POST /images/generations` answer with a 2xx status: at least one image, by link or inline. */
export function readAnswer(body: Buffer, _contentType: string): AnswerFinding {
  return readJsonAnswer(body, judge);
}

function judge(answer: JsonObject): AnswerFinding {
  const images = objectsIn(answer.data);
  if (images.length === 0) return withoutAnswer(answer);
  if (!images.some(({ url, b64_json }) => textOf(url) !== null || textOf(b64_json) !== null))
    return bad('empty_content');
  return {
    kind: 'ok',
    model: textOf(answer.model),
    usage: usageIn(answer.usage, 'input_tokens', 'output_tokens'),
    finish: null,
    filtered: false,
  };
}

import { parseAnswer } from '../answers/parse-answer.ts';
import type { StreamStep } from '../dialect.ts';
import { isObject } from '../json.ts';
import { failureIn } from './failure-in.ts';

/** What a whole body is that was announced as an event stream but holds no event: a JSON error, a page, nothing usable. */
export function readOtherBody(body: Buffer): Pick<StreamStep, 'error' | 'fault'> {
  const parsed = parseAnswer(body);
  if ('fault' in parsed) return { error: null, fault: parsed.fault };
  // Google wraps its errors in an array.
  const document = Array.isArray(parsed.value) ? parsed.value.find(isObject) : parsed.value;
  const failure = isObject(document) ? failureIn(document, null) : null;
  return { error: null, fault: failure === null ? 'not_json' : null, ...failure };
}

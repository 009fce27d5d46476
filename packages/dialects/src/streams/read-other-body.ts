import type { StreamStep } from '../dialect.ts';
import { parseObject } from '../json.ts';
import type { StreamGrammar } from './stream-grammar.ts';

/** What a whole body is that was announced as an event stream and holds no event: a JSON error, a page, or nothing usable. */
export function readOtherBody(body: Buffer, grammar: StreamGrammar): Pick<StreamStep, 'error' | 'fault'> {
  const text = body.toString().trim();
  if (text === '') return { error: null, fault: 'empty_body' };
  if (text.startsWith('<')) return { error: null, fault: 'html' };
  const document = parseObject(text);
  const meaning = document === null ? null : grammar.read(document, null);
  if (meaning !== null && typeof meaning === 'object') return { error: null, fault: null, ...meaning };
  return { error: null, fault: 'not_json' };
}

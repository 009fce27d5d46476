import type { Protocol } from '@holdfast/config/types';
import { isObject, objectsIn, parseObject } from '@holdfast/dialects/json';

/** What the model said in a whole answer, reasoning left out; empty when it said nothing. */
export function chatText(protocol: Protocol, body: Buffer): string {
  const answer = parseObject(body.toString('utf8'));
  if (!answer) return '';
  if (protocol === 'anthropic') return textOf(answer.content);
  const message = objectsIn(answer.choices)[0]?.message ?? answer.message;
  return isObject(message) ? textOf(message.content) : '';
}

/** A text, or the text parts of an array of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsIn(content)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('');
}

import { isObject, type JsonObject, objectsIn, textOf } from '../json.ts';
import { saysNothing } from './says-nothing.ts';
import type { SpokenReader } from './spoken.ts';

const IDENTITY = ['id', 'object', 'created', 'model', 'system_fingerprint', 'service_tier'];

/** Of a chat completion stream. Tool calls, reasoning, refusals, images, log probabilities and second choices are more than text. */
export function chatSpoken(): SpokenReader {
  const identity: { [key: string]: unknown } = {};
  let text = '';
  let plain = true;
  let finished = false;

  function readChoice(choice: JsonObject): void {
    if (textOf(choice.finish_reason) !== null) finished = true;
    const delta = isObject(choice.delta) ? choice.delta : choice.message;
    const { role: _, content, ...more } = isObject(delta) ? delta : ({} as JsonObject);
    if (typeof content === 'string') text += content;
    else if (!saysNothing(content)) plain = false;
    if ((choice.index ?? 0) !== 0 || !saysNothing(choice.logprobs) || !Object.values(more).every(saysNothing))
      plain = false;
  }

  return {
    read(event) {
      for (const key of IDENTITY) if (!saysNothing(event[key])) identity[key] = event[key];
      for (const choice of objectsIn(event.choices)) readChoice(choice);
    },
    spoken: () =>
      plain && !finished && text !== ''
        ? { text, identity, inputTokens: null, block: { index: -1, open: false } }
        : null,
  };
}

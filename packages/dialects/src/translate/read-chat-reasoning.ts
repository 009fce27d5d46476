import { type JsonObject, objectsIn, textOf } from '../json.ts';
import type { ReasoningPart } from './conversation.ts';
import { isOurs } from './reasoning-detail.ts';
import { readReasoning } from './streams/read-reasoning.ts';

/** What a whole chat message says of its thoughts. */
export function readChatReasoning(message: JsonObject): ReasoningPart[] {
  return readReasoning({ ...message, reasoning_details: wholeDetails(message.reasoning_details) })
    .filter(({ text, signature, sealed }) => text !== null || signature !== null || sealed !== null)
    .map(({ text, signature, sealed }) => ({ kind: 'reasoning', text: text ?? '', signature, sealed }));
}

/**
 * Clients put streamed details together in their own ways: some keep the pieces, the OpenAI SDK the last one alone. A signature of
 * ours that has lost its text is none: Anthropic answers 400 to thoughts that were changed.
 */
function wholeDetails(details: unknown): JsonObject[] {
  const whole: JsonObject[] = [];
  for (const detail of objectsIn(details)) {
    const last = whole.at(-1);
    if (last !== undefined && goesOn(last, detail))
      whole.splice(-1, 1, {
        ...last,
        ...detail,
        text: `${textOf(last.text) ?? ''}${textOf(detail.text) ?? ''}`,
      });
    else whole.push(detail);
  }
  return whole.filter((detail) => !(isOurs(detail) && isText(detail)) || typeof detail.text === 'string');
}

function goesOn(last: JsonObject, next: JsonObject): boolean {
  return isText(last) && isText(next) && last.index === next.index && textOf(last.signature) === null;
}

function isText({ type }: JsonObject): boolean {
  return type === 'reasoning.text';
}

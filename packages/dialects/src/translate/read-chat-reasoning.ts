import type { JsonObject } from '../json.ts';
import type { ReasoningPart } from './conversation.ts';
import { readReasoning } from './streams/read-reasoning.ts';

/** What a whole chat message says of its thoughts. */
export function readChatReasoning(message: JsonObject): ReasoningPart[] {
  return readReasoning(message)
    .filter(({ text, signature, sealed }) => text !== null || signature !== null || sealed !== null)
    .map(({ text, signature, sealed }) => ({ kind: 'reasoning', text: text ?? '', signature, sealed }));
}

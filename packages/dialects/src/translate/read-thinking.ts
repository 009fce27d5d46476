import { type JsonObject, textOf } from '../json.ts';
import type { ReasoningPart } from './conversation.ts';

/** A `thinking` block of Anthropic's Messages API, of a request or an answer. */
export const readThinking = (block: JsonObject): ReasoningPart => ({
  kind: 'reasoning',
  text: textOf(block.thinking) ?? '',
  signature: textOf(block.signature),
  sealed: null,
});

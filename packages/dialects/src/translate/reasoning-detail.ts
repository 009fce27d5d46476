import { type JsonObject, textOf } from '../json.ts';
import type { ReasoningPart } from './conversation.ts';
import { OUR_MARK } from './our-mark.ts';

/** What each of them has: the id says that translation wrote it. */
export const DETAIL = { id: `${OUR_MARK}thought`, format: 'anthropic-claude-v1' } as const;

/**
 * Thoughts and their seals as they travel through chat: one of `reasoning_details` (openrouter.ai/docs, "Reasoning tokens",
 * preserving reasoning).
 */
export function reasoningDetail({ text, signature, sealed }: ReasoningPart, index: number) {
  return sealed === null
    ? ({ type: 'reasoning.text', text, signature, ...DETAIL, index } as const)
    : ({ type: 'reasoning.encrypted', data: sealed, ...DETAIL, index } as const);
}

export function isOurs({ id }: JsonObject): boolean {
  return textOf(id)?.startsWith(OUR_MARK) === true;
}

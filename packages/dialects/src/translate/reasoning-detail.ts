import type { ReasoningPart } from './conversation.ts';

/**
 * Thoughts and their seals as they travel through chat: one of `reasoning_details` (openrouter.ai/docs, "Reasoning tokens",
 * preserving reasoning).
 */
export function reasoningDetail({ text, signature, sealed }: ReasoningPart, index: number) {
  const format = 'anthropic-claude-v1';
  return sealed === null
    ? ({ type: 'reasoning.text', text, signature, format, index } as const)
    : ({ type: 'reasoning.encrypted', data: sealed, format, index } as const);
}

import type { AnswerPart, Finish } from '../conversation.ts';

/** Servers say `stop`, or nothing at all, of an answer that calls tools or refuses. */
export function finishOf(parts: readonly AnswerPart[], said: Finish): Finish {
  if (said !== 'stop') return said;
  if (parts.some((part) => part.kind === 'tool_call')) return 'tool_calls';
  return parts.some((part) => part.kind === 'refusal') ? 'refusal' : 'stop';
}

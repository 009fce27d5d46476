import { isObject } from '../json.ts';
import { isThought } from './is-thought.ts';

/**
 * Whether the last turn of the assistant calls tools and does not begin with a thought. While the results come back the API answers
 * 400 to a wish to think by a budget (platform.claude.com, "Extended thinking", with tool use).
 */
export function callsWithoutThought(messages: readonly unknown[]): boolean {
  const last = messages.findLast((message) => isObject(message) && message.role === 'assistant');
  const content: readonly unknown[] = isObject(last) && Array.isArray(last.content) ? last.content : [];
  const [first] = content;
  return content.some(isCall) && isObject(first) && !isThought(first);
}

function isCall(block: unknown): boolean {
  return isObject(block) && block.type === 'tool_use';
}

import type { Call } from './call.ts';
import { records } from './json.ts';

/** The text of the newest user message, in whichever dialect; empty without one. */
export function lastUserText({ json }: Pick<Call, 'json'>): string {
  if (!json) return '';
  const { messages, input, prompt } = json;
  if (typeof input === 'string') return input;
  if (typeof prompt === 'string') return prompt;
  if (Array.isArray(prompt)) return prompt.filter((part) => typeof part === 'string').join('\n');
  const newest = records(messages ?? input).findLast(({ role }) => role === 'user');
  return newest ? textOf(newest.content) : '';
}

/** A message's text: the content itself, or its text parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return records(content)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .filter((text) => text !== '')
    .join('\n');
}

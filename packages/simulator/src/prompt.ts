import type { Call } from './call.ts';
import { isRecord, type Json, records } from './json.ts';

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

/** Whether the prompt asks for `{"tags": [...]}`: it spells the quoted key, or asks for JSON and speaks of tags. */
export function asksForTags({ body, json }: Pick<Call, 'body' | 'json'>): boolean {
  if (!body.includes('tags')) return false;
  const format = json?.response_format;
  return body.includes('\\"tags\\"') || (isRecord(format) && format.type !== 'text');
}

const STOP_WORDS = new Set(
  'about after also been before from have here into just more most only other over some such than that their them then there these they this those very were what when where which while will with would your'.split(
    ' ',
  ),
);

/** Up to five words of the text as tags, the same ones for the same text. */
export function tagsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  const tags = [...new Set(words)].filter((word) => !STOP_WORDS.has(word)).slice(0, 5);
  return tags.length > 0 ? tags : ['general'];
}

export interface Tool {
  readonly name: string;
  readonly schema: Json;
}

/** The tools a request offers, from chat's nested, Responses' flat and Anthropic's shapes. */
export function toolsOf(json: Json | null): Tool[] {
  return records(json?.tools).flatMap((tool) => {
    const definition = isRecord(tool.function) ? tool.function : tool;
    const schema = definition.parameters ?? definition.input_schema;
    return typeof definition.name === 'string'
      ? [{ name: definition.name, schema: isRecord(schema) ? schema : {} }]
      : [];
  });
}

/** The name of the tool that `tool_choice` demands, `true` for any, `false` if it demands none. */
export function demandedTool(json: Json | null): string | boolean {
  const choice = json?.tool_choice;
  if (choice === 'required') return true;
  if (!isRecord(choice)) return false;
  if (choice.type === 'any') return true;
  const name = isRecord(choice.function) ? choice.function.name : choice.name;
  return typeof name === 'string' ? name : false;
}

import { parseObject, textOf } from '../json.ts';
import type { Conversation } from './conversation.ts';

/** A tool that takes free text, as a function: the schema of its one property. */
export const CUSTOM_SCHEMA = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input, as plain text.' } },
  required: ['input'],
  additionalProperties: false,
} as const;

export function isCustom({ tools }: Conversation, name: string): boolean {
  return tools.some((tool) => tool.custom === true && tool.name === name);
}

export function customInput(text: string): string {
  return JSON.stringify({ input: text });
}

/** The text in a custom tool's input; what is no such input is passed on as it came. */
export function customText(input: string): string {
  const value = parseObject(input)?.input;
  return typeof value === 'string' ? value : (textOf(input) ?? '');
}

import { isRecord, type Json, records } from './json.ts';

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

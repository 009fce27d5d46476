import type { Call } from './call.ts';
import { isRecord, type Json } from './json.ts';

/** What the request says about the form of the answer: chat's, Responses' or Anthropic's way. */
function formatOf(json: Json | null): Json | null {
  const { response_format, text, output_config } = json ?? {};
  const format = [
    response_format,
    isRecord(text) && text.format,
    isRecord(output_config) && output_config.format,
  ].find(isRecord);
  return format ?? null;
}

/** The JSON schema the answer has to fit; null without one. */
export function askedSchema(json: Json | null): Json | null {
  const format = formatOf(json);
  const schema = isRecord(format?.json_schema) ? format.json_schema.schema : format?.schema;
  return isRecord(schema) ? schema : null;
}

export function asksForJson(json: Json | null): boolean {
  const type = formatOf(json)?.type;
  return type === 'json_object' || type === 'json_schema';
}

/** Whether the prompt asks for `{"tags": [...]}`: it spells the quoted key, or asks for JSON and speaks of tags. */
export function asksForTags({ body, json }: Pick<Call, 'body' | 'json'>): boolean {
  if (!body.includes('tags')) return false;
  return body.includes('\\"tags\\"') || asksForJson(json);
}

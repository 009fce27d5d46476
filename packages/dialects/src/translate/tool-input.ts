import { isObject, type JsonObject } from '../json.ts';

/**
 * A tool's input as the object that Anthropic demands. What a model wrote that is no JSON object goes whole into one
 * property, the way Anthropic's documentation wants to have it back ("Fine-grained tool streaming", invalid JSON).
 */
export function toolInput(json: string): JsonObject {
  if (json.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(json);
    if (isObject(value)) return value;
  } catch {
    // the model's mistake, told below
  }
  return { INVALID_JSON: json };
}

import { isObject, type JsonObject } from '../json.ts';

const INPUT_FIELDS = ['messages', 'system', 'input', 'prompt', 'instructions', 'tools', 'functions'];
/** Base64 or addresses: long, but no text the model reads. */
const NO_TEXT = new Set([
  'data',
  'url',
  'image_url',
  'file_data',
  'b64_json',
  'signature',
  'encrypted_content',
]);

/** Characters of text in the request that the model will read: the base of an estimate of its input, not a count. */
export function approxInputChars(request: JsonObject): number {
  let chars = 0;
  for (const field of INPUT_FIELDS) chars += charsIn(request[field]);
  return chars;
}

/** Characters of the texts in a value of any shape. */
export function charsIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  let chars = 0;
  if (Array.isArray(value)) for (const item of value) chars += charsIn(item);
  else if (isObject(value)) for (const key in value) if (!NO_TEXT.has(key)) chars += charsIn(value[key]);
  return chars;
}

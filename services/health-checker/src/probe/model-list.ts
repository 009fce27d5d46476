import { isObject, objectsIn } from '@holdfast/dialects/json';

const MAX_MODELS = 5000;
const MAX_NAME = 200;

/**
 * The names in a list of models, in any of the shapes that are about: `{data: [{id}]}` (OpenAI, Anthropic, OpenRouter),
 * `[{id}]` (GitHub Models), `{models: [{name}]}` (Ollama, Google). Null when it is none.
 */
export function readModelList(body: Buffer): string[] | null {
  const list = listIn(parse(body));
  if (!list) return null;
  return objectsIn(list)
    .map(({ id, name }) => id ?? name)
    .filter((name): name is string => typeof name === 'string' && name !== '' && name.length <= MAX_NAME)
    .slice(0, MAX_MODELS);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function listIn(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return null;
  const list = value.data ?? value.models;
  return Array.isArray(list) ? list : null;
}

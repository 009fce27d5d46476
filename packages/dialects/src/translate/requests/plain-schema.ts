import { isObject, type JsonObject } from '../../json.ts';

/** What Anthropic's structured outputs refuse (platform.claude.com, "Structured outputs", JSON Schema limitations). */
const REFUSED = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'patternProperties',
]);
const MAX_DEPTH = 100;

/**
 * A schema within those limits, as Anthropic's own SDKs transform it: objects take no properties but the named ones, and
 * constraints that the API would refuse stand in the description, for the model to read.
 */
export function plainSchema(schema: JsonObject, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) return schema;
  const kept: { [key: string]: unknown } = {};
  const told: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(schema)) {
    if (REFUSED.has(key) || (key === 'minItems' && value !== 0 && value !== 1)) told[key] = value;
    else kept[key] = SCHEMAS_BY_NAME.has(key) ? plainMap(value, depth) : plainValue(key, value, depth);
  }
  if (schema.type === 'object' || isObject(schema.properties)) kept.additionalProperties = false;
  if (Object.keys(told).length === 0) return kept;
  const said = typeof schema.description === 'string' ? `${schema.description}\n\n` : '';
  return { ...kept, description: `${said}${JSON.stringify(told)}` };
}

const SCHEMAS_BY_NAME = new Set(['properties', '$defs', 'definitions']);
const SCHEMAS = new Set(['items', 'anyOf', 'allOf', 'oneOf', 'not', 'prefixItems']);

function plainMap(value: unknown, depth: number): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isObject(inner) ? plainSchema(inner, depth + 1) : inner,
    ]),
  );
}

function plainValue(key: string, value: unknown, depth: number): unknown {
  if (!SCHEMAS.has(key)) return value;
  if (Array.isArray(value))
    return value.map((item: unknown) => (isObject(item) ? plainSchema(item, depth + 1) : item));
  return isObject(value) ? plainSchema(value, depth + 1) : value;
}

import { isObject, objectsIn } from '../../json.ts';

const MAX_DEPTH = 100;

/** Whether OpenAI takes the schema as a strict one: every object closed, and all its properties required ("Structured outputs"). */
export function fitsStrict(schema: unknown, depth = 0): boolean {
  if (!isObject(schema) || depth > MAX_DEPTH) return false;
  const { type, properties, required, additionalProperties } = schema;
  const named = isObject(properties) ? properties : {};
  if (type === 'object' || isObject(properties)) {
    if (additionalProperties !== false || !Array.isArray(required)) return false;
    if (!Object.keys(named).every((name) => required.includes(name))) return false;
  }
  const inner = [
    ...Object.values(named),
    ...(isObject(schema.$defs) ? Object.values(schema.$defs) : []),
    ...objectsIn(schema.anyOf),
    ...(schema.items === undefined ? [] : [schema.items]),
  ];
  return (
    schema.oneOf === undefined &&
    schema.allOf === undefined &&
    inner.every((item) => fitsStrict(item, depth + 1))
  );
}

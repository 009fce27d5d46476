import { isRecord, type Json, records } from './json.ts';

/** A value that fits a JSON schema as models are given them: required properties, first enum value, empty lists. */
export function sampleOfSchema(schema: Json): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ('const' in schema) return schema.const;
  const alternatives = records(schema.anyOf ?? schema.oneOf);
  if (alternatives[0]) return sampleOfSchema(alternatives[0]);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'string':
      return 'simulated';
    case 'number':
    case 'integer':
      return typeof schema.minimum === 'number' ? schema.minimum : 1;
    case 'boolean':
      return true;
    case 'array':
      return isRecord(schema.items) ? [sampleOfSchema(schema.items)] : [];
    case 'null':
      return null;
    default:
      return sampleObject(schema);
  }
}

function sampleObject({ properties, required }: Json): Json {
  if (!isRecord(properties)) return {};
  const wanted = Array.isArray(required) ? required : Object.keys(properties);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => wanted.includes(name))
      .map(([name, schema]) => [name, isRecord(schema) ? sampleOfSchema(schema) : null]),
  );
}

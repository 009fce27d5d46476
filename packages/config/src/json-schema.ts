import { z } from 'zod';
import { configSchema } from './schema.ts';

type JsonSchema = Record<string, unknown>;

/** Any value may be written as a reference, which an editor cannot resolve. */
const REFERENCE: JsonSchema = { type: 'string', pattern: '\\$\\{|^file:|^os\\.environ/' };

/** The JSON Schema of `holdfast.yaml`, as shipped in `config/holdfast.schema.json`, for editors. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
  return { ...(allowReferences(schema) as JsonSchema), title: 'Holdfast configuration' };
}

function allowReferences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(allowReferences);
  if (typeof node !== 'object' || node === null) return node;
  const { propertyNames, default: standard, ...rest } = node as JsonSchema;
  const kept = {
    ...(standard === undefined ? {} : { default: standard }),
    ...(propertyNames === undefined ? {} : { propertyNames }),
  };
  const walked = {
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, allowReferences(value)])),
    ...kept,
  };
  if (!refusesReferences(walked)) return walked;
  const { description, default: ownDefault, ...constraint } = walked as JsonSchema;
  return {
    ...(description === undefined ? {} : { description }),
    ...(ownDefault === undefined ? {} : { default: ownDefault }),
    anyOf: [constraint, REFERENCE],
  };
}

/** A leaf whose values a `${VAR}` text would not match. Patterns of durations and sizes let references through themselves. */
function refusesReferences(node: JsonSchema): boolean {
  if ('enum' in node || 'const' in node) return true;
  if (['number', 'integer', 'boolean'].includes(String(node.type))) return true;
  return typeof node.pattern === 'string' && !node.pattern.includes('\\$\\{');
}

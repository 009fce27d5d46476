import type { z } from 'zod';
import type { KeyPath } from './key-path.ts';

/** The names that are valid inside the mapping at `path`; empty where any are. */
export function validKeysAt(schema: z.ZodType, path: KeyPath): string[] {
  let candidates = [schema as z.core.$ZodType];
  for (const part of path) candidates = candidates.flatMap((candidate) => children(candidate, part));
  return candidates
    .flatMap(unwrapped)
    .flatMap(({ _zod: { def } }) => (isObject(def) ? Object.keys(def.shape) : []));
}

const isObject = (def: z.core.$ZodTypeDef): def is z.core.$ZodObjectDef => def.type === 'object';

function children(schema: z.core.$ZodType, part: string | number): z.core.$ZodType[] {
  return unwrapped(schema).flatMap(({ _zod: { def } }) => {
    if (isObject(def)) return def.shape[part] ? [def.shape[part]] : [];
    if (def.type === 'record') return [(def as z.core.$ZodRecordDef).valueType];
    return def.type === 'array' ? [(def as z.core.$ZodArrayDef).element] : [];
  });
}

/** Without defaults, optionality and preprocessing; a union is each of its options. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  const { def } = schema._zod;
  switch (def.type) {
    case 'optional':
    case 'prefault':
    case 'default':
      return unwrapped((def as z.core.$ZodOptionalDef).innerType);
    case 'pipe': {
      const { in: input, out } = def as z.core.$ZodPipeDef;
      return unwrapped(input._zod.def.type === 'transform' ? out : input);
    }
    case 'union':
      return (def as z.core.$ZodUnionDef).options.flatMap(unwrapped);
    default:
      return [schema];
  }
}

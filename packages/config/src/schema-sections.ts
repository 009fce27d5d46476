import { z } from 'zod';

type Shape = Record<string, z.ZodType>;
type Filled<S extends Shape> = z.ZodObject<{ [K in keyof S]: z.ZodPrefault<S[K]> }, z.core.$strict>;

/** A section that may be left out: an empty `retry:` in YAML is null, and means the same as none. */
export function optionalSection<T extends z.ZodType>(inner: T) {
  return z.preprocess((value) => (value === null ? {} : value), inner).prefault({});
}

/** Likewise for a list. */
export function optionalList<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => (value === null ? [] : value), z.array(item)).prefault([]);
}

/** A section with a default for each of its keys, written as in YAML. */
export function defaultedSection<S extends Shape>(shape: S, defaults: { readonly [K in keyof S]: unknown }) {
  const filled = Object.fromEntries(
    Object.entries(shape).map(([key, field]) => [key, field.prefault(defaults[key] as never)]),
  );
  return optionalSection(z.strictObject(filled) as unknown as Filled<S>);
}

/** The same keys, each optional: a route's overrides. */
export function overrides<S extends Shape>(shape: S) {
  return optionalSection(z.strictObject(shape).partial());
}

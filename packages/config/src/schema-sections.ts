import { z } from 'zod';

type Shape = Record<string, z.ZodType>;
type Filled<S extends Shape, D> = z.ZodObject<
  { [K in keyof S]: K extends keyof D ? z.ZodPrefault<S[K]> : S[K] },
  z.core.$strict
>;

/** A section that may be left out: an empty `retry:` in YAML is null, and means the same as none. */
export function optionalSection<T extends z.ZodType>(inner: T) {
  return z.preprocess((value) => (value === null ? {} : value), inner).prefault({});
}

/** Likewise for a list. */
export function optionalList<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => (value === null ? [] : value), z.array(item)).prefault([]);
}

/** A section whose keys have defaults, written as in YAML; a key that has none there keeps the schema it has. */
export function defaultedSection<S extends Shape, D extends { readonly [K in keyof S]?: unknown }>(
  shape: S,
  defaults: D,
) {
  const filled = Object.fromEntries(
    Object.entries(shape).map(([key, field]) => [
      key,
      key in defaults ? field.prefault(defaults[key] as never) : field,
    ]),
  );
  return optionalSection(z.strictObject(filled) as unknown as Filled<S, D>);
}

/** The same keys, each optional: a route's overrides. */
export function overrides<S extends Shape>(shape: S) {
  return optionalSection(z.strictObject(shape).partial());
}

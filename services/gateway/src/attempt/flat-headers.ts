/** As undici and Node give them: lower-case names, a list where one came several times. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

export const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;

/** One string each, in an object without a prototype: names come from the network. */
export function flatHeaders(headers: ResponseHeaders): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = single(headers[name]);
    if (value !== undefined) flat[name] = value;
  }
  return flat;
}

/** A provider's response headers as undici and Node give them: lower-case names, a list where one came several times. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A header's whole value; several become one list (RFC 9110, section 5.3). */
export const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;

/** One text each, in an object without a prototype: names come from the network. */
export function flatHeaders(headers: ResponseHeaders): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const text = headerText(headers[name]);
    if (text !== undefined) flat[name] = text;
  }
  return flat;
}

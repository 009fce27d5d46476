/** Credentials by their published prefixes, and JWTs. Linear-time, no nesting. */
const TOKEN_PATTERN =
  /\b(?:sk-[\w-]{6,200}|gh[opusr]_\w{6,200}|github_pat_\w{6,200}|hf_\w{6,200}|gsk_\w{6,200}|xox[abp]-[\w-]{6,200}|AIza[\w-]{10,100}|eyJ[\w-]{8,2000}\.[\w-]{4,2000}\.[\w-]{0,2000})/g;
/** Whatever follows an authentication scheme, a telling query parameter, or stands before the host of a URL. */
const PLACE_PATTERN =
  /(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{4,2000}|([?&](?:api[-_]?key|key|access_token|token|signature|sig)=)[^&\s"']{1,2000}|(:\/\/)[^/@\s"']{1,500}@/gi;
const SECRET_KEY =
  /^(?:authorization|proxy-authorization|x-api-key|api[-_]?key|cookie|set-cookie|password|secret|client[-_]?secret|token[-_]?value|value|key)$/i;

const MAX_DEPTH = 8;
const MAX_NODES = 2000;
const MAX_ITEMS = 100;
const MAX_TEXT = 4000;

/**
 * A copy without credentials: texts under telling keys are dropped, credential patterns in any text replaced, whatever
 * the nesting. Errors keep type, message, code, stack, cause and inner errors. Cycles and huge graphs are cut.
 */
export function scrub(value: unknown): unknown {
  return scrubWithin(value, 0, { nodes: MAX_NODES });
}

function scrubWithin(value: unknown, depth: number, left: { nodes: number }): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  left.nodes -= 1;
  if (depth >= MAX_DEPTH || left.nodes < 0) return '[deep]';
  const inner = (item: unknown) => scrubWithin(item, depth + 1, left);
  if (value instanceof Error) return scrubError(value, inner);
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map(inner);
    return value.length > MAX_ITEMS ? [...items, `[${value.length - MAX_ITEMS} more]`] : items;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return inner(value.toJSON());
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    copy[key] = SECRET_KEY.test(key) && typeof item === 'string' ? '[redacted]' : inner(item);
  }
  return copy;
}

function scrubError(error: Error, inner: (value: unknown) => unknown): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: scrubText(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: scrubText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: inner(error.cause) }),
    ...(error instanceof AggregateError ? { errors: inner(error.errors) } : {}),
  };
}

/** One text without credentials, cut to a sane length. */
export function scrubText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return cut
    .replace(TOKEN_PATTERN, '[redacted]')
    .replace(PLACE_PATTERN, (_match, scheme?: string, parameter?: string, authority?: string) =>
      authority ? `${authority}[redacted]@` : `${scheme ?? parameter}[redacted]`,
    );
}

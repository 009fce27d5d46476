/** Credentials by their published prefixes, plus anything sent as a bearer token and JWTs. Linear-time, no nesting. */
const SECRET_PATTERN =
  /\b(?:sk-[\w-]{6,200}|ghp_\w{6,200}|github_pat_\w{6,200}|gh[ousr]_\w{6,200}|hf_\w{6,200}|gsk_\w{6,200}|xox[abp]-[\w-]{6,200}|AIza[\w-]{10,100}|eyJ[\w-]{8,2000}\.[\w-]{4,2000}\.[\w-]{0,2000})|\b(Bearer|Basic)\s+[\w.~+/=-]{4,2000}/gi;
const SECRET_KEY =
  /^(?:authorization|proxy-authorization|x-api-key|api[-_]?key|cookie|set-cookie|password|secret|token_?value|value|key)$/i;
const MAX_DEPTH = 8;
const MAX_TEXT = 4000;

/** A copy without credentials: values under telling keys are dropped, credential patterns in any text replaced. Depth- and cycle-safe. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) {
    return {
      type: value.name,
      message: scrubText(value.message),
      stack: scrubText(value.stack ?? ''),
      ...(value.cause === undefined ? {} : { cause: scrub(value.cause, depth + 1) }),
    };
  }
  if (Array.isArray(value)) return value.map((item) => scrub(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    copy[key] = SECRET_KEY.test(key) && typeof item === 'string' ? '[redacted]' : scrub(item, depth + 1);
  }
  return copy;
}

/** One text without credentials, cut to a sane length. */
export function scrubText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return cut.replace(SECRET_PATTERN, (_match, scheme?: string) =>
    scheme ? `${scheme} [redacted]` : '[redacted]',
  );
}

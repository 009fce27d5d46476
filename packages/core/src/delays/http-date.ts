/** IMF-fixdate, RFC 850 and asctime (RFC 9110 section 5.6.7), and RFC 3339 as Anthropic sends it. */
const DATE =
  /^(?:[A-Za-z]{3,9}, \d{1,2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|[+-]\d{4})|[A-Za-z]{3} [A-Za-z]{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}|\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:?\d{2}))$/;

/** Epoch milliseconds of a date as HTTP writes it; null for anything else, so that no stray number is read as a year. */
export function httpDateMs(text: string | undefined): number | null {
  if (text === undefined || text.length > 64) return null;
  const trimmed = text.trim();
  if (!DATE.test(trimmed)) return null;
  // asctime names no zone and means GMT, which Date.parse would take for local time.
  const ms = Date.parse(/\d{4}$/.test(trimmed) && !/[+-]\d{4}$/.test(trimmed) ? `${trimmed} GMT` : trimmed);
  return Number.isFinite(ms) ? ms : null;
}

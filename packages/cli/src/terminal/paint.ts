import { styleText } from 'node:util';

// Colours only on a terminal, and not with NO_COLOR: `styleText` looks at both.
export const good = (text: string) => styleText('green', text);
export const warning = (text: string) => styleText('yellow', text);
export const bad = (text: string) => styleText('red', text);
export const dim = (text: string) => styleText('dim', text);
export const bold = (text: string) => styleText('bold', text);

const TONES: Readonly<Record<string, (text: string) => string>> = {
  ok: good,
  up: good,
  closed: good,
  available: good,
  valid: good,
  pass: good,
  resolved: good,
  primary: good,
  cache: good,
  degraded: warning,
  half_open: warning,
  limited: warning,
  cooling: warning,
  blocked: warning,
  full: warning,
  warning,
  fallback: warning,
  canned: warning,
  cancelled: warning,
  down: bad,
  open: bad,
  refused: bad,
  invalid: bad,
  critical: bad,
  firing: bad,
  fail: bad,
  exhausted: bad,
  rejected: bad,
};

/** A word for a state, in the colour it has everywhere. */
export const tone = (word: string): string => (TONES[word] ?? String)(word);

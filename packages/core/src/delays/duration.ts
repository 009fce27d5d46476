const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hrs: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

/** One number with its unit; sticky, so that a text is read part by part in linear time. */
const PART = /\s?(\d{1,15}(?:\.\d{1,15})?)\s?([a-z]{1,12})(?![a-z])/y;
const MAX_PARTS = 5;

/**
 * Milliseconds of the duration that `text` starts with at `from`: Go's `6m0s`, `120ms`, `1h2m3.5s`, protobuf's `34.4s`,
 * words as in `2 minutes`. Null when there is none there. `text` must be lower-case.
 */
export function durationMsAt(text: string, from: number): number | null {
  const part = new RegExp(PART);
  part.lastIndex = from;
  let total: number | null = null;
  for (let count = 0; count < MAX_PARTS; count += 1) {
    const match = part.exec(text);
    const unitMs = match ? UNIT_MS[match[2]!] : undefined;
    if (!match || unitMs === undefined) break;
    total = (total ?? 0) + Number(match[1]) * unitMs;
  }
  return total;
}

/** Milliseconds of a text that is a duration and nothing else; a bare number is seconds. Null when it is neither. */
export function durationMs(text: string): number | null {
  const trimmed = text.trim().toLowerCase();
  if (/^\d{1,20}(?:\.\d{1,20})?$/.test(trimmed)) return Number(trimmed) * 1000;
  return /^\d[\d.a-z ]{0,40}$/.test(trimmed) ? durationMsAt(trimmed, 0) : null;
}

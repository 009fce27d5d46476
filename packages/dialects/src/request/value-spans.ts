const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENS = new Set([0x7b, 0x5b]);
const CLOSES = new Set([0x7d, 0x5d]);
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** `[start, end)` of each value of a JSON object, by its key, where the bytes are a valid one. */
export function valueSpans(body: Buffer): ReadonlyMap<string, readonly [number, number]> {
  const spans = new Map<string, readonly [number, number]>();
  let depth = 0;
  let key = '';
  let start = -1; // of the value that is being read; -1 while a key is
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]!;
    if (byte === QUOTE) {
      const from = i++;
      while (i < body.length && body[i] !== QUOTE) i += body[i] === BACKSLASH ? 2 : 1;
      if (depth === 1 && start === -1) key = String(JSON.parse(body.toString('utf8', from, i + 1)));
    } else if (OPENS.has(byte)) {
      depth++;
    } else if (CLOSES.has(byte) || (byte === COMMA && depth === 1)) {
      if (depth === 1 && start !== -1) spans.set(key, trimmed(body, start, i));
      if (byte === COMMA) start = -1;
      else depth--;
    } else if (byte === COLON && depth === 1) {
      start = i + 1;
    }
  }
  return spans;
}

function trimmed(body: Buffer, from: number, to: number): [number, number] {
  let start = from;
  let end = to;
  while (SPACES.has(body[start]!)) start++;
  while (SPACES.has(body[end - 1]!)) end--;
  return [start, end];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

/** What the bytes of a JSON object tell that a parsed value no longer does. Only meaningful if the bytes are valid JSON. */
export interface ObjectScan {
  readonly tooDeep: boolean;
  /** A key of the object itself that comes twice. */
  readonly duplicateKey: string | null;
  /** `[start, end)` of the string literal of the key `model`; null when there is none. */
  readonly modelSpan: readonly [number, number] | null;
}

/** One pass, strings skipped natively: about 1 us per kB. Stops at the first level below `maxDepth`. */
export function scanObject(body: Buffer, maxDepth: number): ObjectScan {
  const keys = new Set<string>();
  let key: string | null = null;
  let duplicateKey: string | null = null;
  let modelSpan: readonly [number, number] | null = null;
  let depth = 0;
  for (let i = 0; i < body.length; i++) {
    switch (body[i]) {
      case QUOTE: {
        const end = stringEnd(body, i);
        if (depth === 1) {
          if (key === null) {
            key = keyText(body, i, end);
            if (keys.has(key)) duplicateKey ??= key;
            keys.add(key);
          } else if (key === 'model') modelSpan ??= [i, end];
        }
        i = end - 1;
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > maxDepth) return { tooDeep: true, duplicateKey, modelSpan };
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
      case COMMA:
        if (depth === 1) key = null;
        break;
    }
  }
  return { tooDeep: false, duplicateKey, modelSpan };
}

/** Behind the closing quote of the literal that opens at `open`; the end of the body when it never closes. */
function stringEnd(body: Buffer, open: number): number {
  for (let quote = body.indexOf(QUOTE, open + 1); quote !== -1; quote = body.indexOf(QUOTE, quote + 1)) {
    let slashes = 0;
    while (body[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return body.length;
}

/** Keys may be written with escapes: `"mod\u0065l"` is `model`. */
function keyText(body: Buffer, from: number, to: number): string {
  const literal = body.toString('utf8', from, to);
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}

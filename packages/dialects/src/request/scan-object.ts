const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
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
  /** Some string is written with `\uXXXX`. */
  readonly escapes: boolean;
}

/** One pass of about 1 us per kB. Stops at the first level below `maxDepth`. */
export function scanObject(body: Buffer, maxDepth: number): ObjectScan {
  const keys = new Set<string>();
  let key: string | null = null;
  let duplicateKey: string | null = null;
  let modelSpan: readonly [number, number] | null = null;
  let escapes = false;
  let depth = 0;
  for (let i = 0; i < body.length; i++) {
    switch (body[i]) {
      case QUOTE: {
        const start = i++;
        for (; i < body.length && body[i] !== QUOTE; i++) {
          if (body[i] === BACKSLASH && body[++i] === LETTER_U) escapes = true;
        }
        if (depth !== 1) break;
        if (key !== null) {
          if (key === 'model') modelSpan ??= [start, i + 1];
          break;
        }
        key = keyText(body.toString('utf8', start, i + 1));
        if (keys.has(key)) duplicateKey ??= key;
        keys.add(key);
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > maxDepth) return { tooDeep: true, duplicateKey, modelSpan, escapes };
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
  return { tooDeep: false, duplicateKey, modelSpan, escapes };
}

/** Keys may be written with escapes: `"mod\u0065l"` is `model`. */
function keyText(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}

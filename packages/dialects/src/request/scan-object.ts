const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const MODEL = Buffer.from('"model"');

/** What the bytes of a JSON object tell that a parsed value no longer does. Only meaningful if the bytes are valid JSON. */
export interface ObjectScan {
  readonly tooDeep: boolean;
  /** Of the object itself: where the string literal of each key starts and ends, one after the other. */
  readonly keySpans: readonly number[];
  /** `[start, end)` of the string literal of the key `model`; null when there is none. */
  readonly modelSpan: readonly [number, number] | null;
  /** Some string is written with `\uXXXX`. */
  readonly escapes: boolean;
}

/** One pass of about 1 us per kB. Stops at the first level below `maxDepth`. */
export function scanObject(body: Buffer, maxDepth: number): ObjectScan {
  const keySpans: number[] = [];
  let atKey = true;
  let isModel = false; // the value that comes next
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
        if (atKey) {
          keySpans.push(start, i + 1);
          isModel = isModelKey(body, start, i + 1, escapes);
          atKey = false;
        } else if (isModel) modelSpan ??= [start, i + 1];
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > maxDepth) return { tooDeep: true, keySpans, modelSpan, escapes };
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
      case COMMA:
        if (depth === 1) atKey = true;
        break;
    }
  }
  return { tooDeep: false, keySpans, modelSpan, escapes };
}

/** The first key that the object has twice. Parsed, it has fewer keys then: look for it only in that case. */
export function duplicateKey(body: Buffer, { keySpans }: ObjectScan): string | null {
  const keys = new Set<string>();
  for (let i = 0; i < keySpans.length; i += 2) {
    const key = keyText(body.toString('utf8', keySpans[i], keySpans[i + 1]));
    if (keys.has(key)) return key;
    keys.add(key);
  }
  return null;
}

function isModelKey(body: Buffer, start: number, end: number, escapes: boolean): boolean {
  if (end - start === MODEL.length) return body.compare(MODEL, 0, MODEL.length, start, end) === 0;
  return escapes && keyText(body.toString('utf8', start, end)) === 'model';
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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LF = 0x0a;
/** Values that are the text of an answer, or mere padding: whatever they say, the event means the same. */
const TEXTS = new Set([
  'content',
  'text',
  'reasoning',
  'reasoning_content',
  'thinking',
  'arguments',
  'partial_json',
  'delta',
]);
const PADDING = 'obfuscation';
/** Numbers of the event itself (times, sequence numbers) mean nothing here. `index` does, and `created` never differs. */
const FIXED_NUMBERS = new Set(['index', 'created']);
/** An event longer than this is not worth remembering. */
const maxLength = 2048;
/** A stream whose every event looks different is not worth learning from. */
const maxLessons = 16;

const NOTHING = Buffer.alloc(0);

/** A stretch of the pattern that may differ in another event. */
interface Hole {
  readonly from: number;
  readonly to: number;
  readonly kind: 'text' | 'padding' | 'number' | 'spaces';
}

/**
 * Recognises events that differ from one already read only in their text, without parsing them: most events of a stream are like
 * that, and JSON.parse is the larger part of what reading one costs. What it recognises is content by the same proof as the
 * event it learned from: every other byte is the same. All else is left to the parser.
 */
export interface LookAlikes {
  /** Remembers the event in `bytes[from, to)`, which was parsed and found to be content; `dataFrom` is where its JSON begins, -1 when it is on several lines. */
  learn(bytes: Buffer, from: number, to: number, dataFrom: number): void;
  /**
   * Remembers the event only if it holds one text that may differ, and that is `text`: for who wants to know what look-alikes
   * say. Null: forgets.
   */
  learnText(bytes: Buffer, from: number, to: number, dataFrom: number, text: string | null): void;
  /** Where the event that begins at `from` ends, if it is a whole look-alike; else -1. */
  match(bytes: Buffer, from: number): number;
  /** The text of the last match; only behind `learnText`. */
  readonly text: string;
}

const ENDS = { text: textEnd, padding: textEnd, number: numberEnd, spaces: spacesEnd };

export function lookAlikes(): LookAlikes {
  return new Alikes();
}

/** A class, like the framer: there is one for each open stream. */
class Alikes implements LookAlikes {
  #pattern: Buffer | null = null;
  #holes: Hole[] = [];
  #lessons = maxLessons;
  #matched: Buffer = NOTHING;
  #textFrom = 0;
  #textTo = 0;

  get text(): string {
    return decode(this.#matched, this.#textFrom, this.#textTo);
  }

  learnText(bytes: Buffer, from: number, to: number, dataFrom: number, text: string | null): void {
    this.#pattern = null;
    if (text === null) return;
    this.learn(bytes, from, to, dataFrom);
    const texts = this.#holes.filter(({ kind }) => kind === 'text');
    const pattern = this.#pattern;
    if (pattern !== null && (texts.length !== 1 || decode(pattern, texts[0]!.from, texts[0]!.to) !== text))
      this.#pattern = null;
  }

  learn(bytes: Buffer, from: number, to: number, dataFrom: number): void {
    // Behind a lone CR there may still come a LF that belongs to the event.
    if (this.#lessons === 0 || dataFrom === -1 || to - from > maxLength || bytes[to - 1] !== LF) return;
    this.#lessons--;
    this.#pattern = Buffer.from(bytes.subarray(from, to));
    this.#holes = findHoles(this.#pattern, dataFrom - from);
  }

  match(bytes: Buffer, from: number): number {
    const pattern = this.#pattern;
    if (pattern === null) return -1;
    this.#matched = bytes;
    let at = from;
    let same = 0; // the pattern's next byte
    let said = false;
    for (const { from: opens, to: closes, kind } of this.#holes) {
      if (!sameBytes(pattern, same, opens, bytes, at)) return -1;
      at += opens - same;
      same = closes;
      const end = ENDS[kind](bytes, at);
      if (end === -1) return -1;
      if (kind === 'text' && !said) {
        said = saysSomething(bytes, at, end);
        this.#textFrom = at;
        this.#textTo = end;
      }
      at = end;
    }
    return said && sameBytes(pattern, same, pattern.length, bytes, at) ? at + pattern.length - same : -1;
  }
}

/** The inside of a JSON string. */
function decode(bytes: Buffer, from: number, to: number): string {
  const inside = bytes.toString('utf8', from, to);
  return inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside;
}

/** `a[from, to)` is what `b` holds from `at` on. Natively: a loop over 200 bytes costs three times as much. */
function sameBytes(a: Buffer, from: number, to: number, b: Buffer, at: number): boolean {
  const end = at + to - from;
  return end <= b.length && a.compare(b, at, end, from, to) === 0;
}

/** Walks the JSON of an event (it is valid) and notes the values that may differ. */
function findHoles(event: Buffer, dataFrom: number): Hole[] {
  const holes: Hole[] = [];
  let depth = 0;
  let key = ''; // of the value that comes next
  for (let i = dataFrom; i < event.length; i++) {
    const byte = event[i]!;
    if (byte === QUOTE) {
      const end = textEnd(event, i + 1);
      if (end === -1) return [];
      const text = event.toString('latin1', i + 1, end);
      if (event[end + 1] === 0x3a) {
        key = text;
        i = end + 1;
        continue;
      }
      // An empty text stays fixed: the event did not say anything by it.
      if (TEXTS.has(key) && text !== '') holes.push({ from: i + 1, to: end, kind: 'text' });
      else if (key === PADDING) holes.push({ from: i + 1, to: end, kind: 'padding' });
      i = end;
    } else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      const spaces = --depth === 0 ? spacesBefore(event, i) : 0;
      if (spaces > 0) holes.push({ from: i - spaces, to: i, kind: 'spaces' });
    } else if (byte >= 0x31 && byte <= 0x39 && depth === 1 && key !== '' && !FIXED_NUMBERS.has(key)) {
      const end = numberEnd(event, i);
      if (end !== -1) holes.push({ from: i, to: end, kind: 'number' });
      i = (end === -1 ? i + 1 : end) - 1;
    }
    if (byte !== 0x20) key = '';
  }
  return holes;
}

/** The closing quote of the string whose inside begins at `from`; -1 if it has none, or what only the parser can judge. */
function textEnd(bytes: Buffer, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) return i;
    if (byte < 0x20) return -1;
    if (byte === BACKSLASH && (++i === bytes.length || !isShortEscape(bytes[i]!))) return -1;
  }
  return -1;
}

/** `\n`, `\"` and their like; `\u` is left to the parser. */
function isShortEscape(byte: number): boolean {
  return (
    byte === 0x6e ||
    byte === QUOTE ||
    byte === BACKSLASH ||
    byte === 0x2f ||
    byte === 0x74 ||
    byte === 0x72 ||
    byte === 0x62 ||
    byte === 0x66
  );
}

/** Behind the whole number at `from`; -1 if there is none, or none of plain digits. */
function numberEnd(bytes: Buffer, from: number): number {
  if (from >= bytes.length || bytes[from]! < 0x31) return -1;
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x30 && byte <= 0x39) continue;
    return i === from || byte === 0x2e || byte === 0x65 || byte === 0x45 ? -1 : i;
  }
  return -1;
}

/** Anthropic pads its events with spaces before the last brace. */
function spacesBefore(bytes: Buffer, at: number): number {
  let from = at;
  while (bytes[from - 1] === 0x20) from--;
  return at - from;
}

function spacesEnd(bytes: Buffer, from: number): number {
  let i = from;
  while (i < bytes.length && bytes[i] === 0x20) i++;
  return i;
}

/** Certain that a character of bytes[from, to) is not white space; false when the parser had better look. */
function saysSomething(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte === BACKSLASH) i++;
    else if (byte > 0x20 && byte < 0x7f) return true;
    // First bytes of characters none of which is a space: \s holds C2 A0, E1 9A 80, E2 80 .., E2 81 9F, E3 80 80, EF BB BF.
    else if (
      byte > 0xc2 &&
      byte !== 0xe1 &&
      byte !== 0xe2 &&
      byte !== 0xef &&
      !(byte === 0xe3 && bytes[i + 1] === 0x80)
    )
      return true;
  }
  return false;
}

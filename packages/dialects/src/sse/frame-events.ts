/** Longest event, in bytes, that is waited for (FAULTS S08). */
export const maxEventBytes = 8 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const NONE = Number.POSITIVE_INFINITY;
const EMPTY = Buffer.alloc(0);
/** Known fields that mean nothing here: nobody reconnects to a stream that was forwarded. */
const IGNORED = new Set(['id', 'retry']);

/**
 * Cuts a byte stream into server-sent events and keeps the bytes of each. Push a chunk, then call `next()` until it says
 * false; each time it says true, the properties describe the current event.
 */
export interface EventFramer {
  push(chunk: Uint8Array): void;
  /** Moves on to the next whole event: one closed by a blank line. */
  next(): boolean;
  /** The body has ended: takes what is left as a last event whose blank line is missing; false when nothing is left. */
  last(): boolean;
  /** Takes the bytes up to `end` as the next whole event, unread: for who recognises an event on sight. */
  skipTo(end: number): void;
  /** No byte behind the current event was looked at yet. */
  readonly fresh: boolean;
  /** All bytes at hand. They and the offsets below are good until the next `push`; slices of them stay good. */
  readonly bytes: Buffer;
  /** The current event: `bytes[start, end)`, blank line included. */
  readonly start: number;
  readonly end: number;
  /** Where the data begins in `bytes`, if it is a single line; else -1. */
  readonly dataStart: number;
  /** The `event:` field; null when there is none. */
  readonly name: string | null;
  /** The `data:` lines joined by LF; null when there is none. */
  readonly data: string | null;
  /** The current event holds a line which the format does not know: this may be no event stream at all. */
  readonly foreign: boolean;
  /** More than `maxEventBytes` wait for their blank line. */
  readonly overflow: boolean;
}

/**
 * A framer by the WHATWG rules (html.spec.whatwg.org, "Interpreting an event stream"). It works on bytes and decodes only
 * whole lines, so no split of UTF-8, CRLF or BOM can matter; every byte is searched once and copied a bounded number of
 * times, however the chunks fall.
 */
export function frameEvents(): EventFramer {
  return new Framer();
}

/** A class, since there is one for each open stream: of closures, every stream would have its own dozen in memory. */
class Framer implements EventFramer {
  bytes: Buffer = EMPTY; // the filled part of `#buffer`
  start = 0;
  end = 0; // also where the event begins that is being read
  name: string | null = null;
  foreign = false;
  #buffer: Buffer = EMPTY;
  #owned = false; // the room in `#buffer` behind `bytes` is ours to write
  #lineStart = 0;
  #searched = 0; // no line end lies in [#lineStart, #searched)
  #nextLf = NONE; // the first of its kind at or behind `#searched`; when it lies before, that is to be found out
  #nextCr = NONE;
  #skipLf = false; // the line before ended in CR: a LF right behind belongs to it
  #firstLine = true;
  #whole = true; // the current event is whole: the next line starts another
  #data: string | null = null;
  #dataFrom = -1; // a data line that is not decoded yet
  #dataTo = -1;

  get fresh(): boolean {
    return this.#searched === this.end;
  }

  get dataStart(): number {
    return this.#data === null ? this.#dataFrom : -1;
  }

  get data(): string | null {
    this.#decodeData();
    return this.#data;
  }

  get overflow(): boolean {
    return this.bytes.length - this.end > maxEventBytes;
  }

  push(chunk: Uint8Array): void {
    const added = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const waiting = this.bytes.length - this.end;
    if (waiting === 0) {
      this.#buffer = added;
      this.#owned = false;
      this.bytes = added;
      this.#rebase();
    } else if (this.#owned && this.bytes.length + added.length <= this.#buffer.length) {
      added.copy(this.#buffer, this.bytes.length);
      this.bytes = this.#buffer.subarray(0, this.bytes.length + added.length);
    } else {
      // Doubling keeps the copying linear. A fresh buffer, because slices of the old one may still be on their way out.
      this.#buffer = Buffer.allocUnsafe(2 * (waiting + added.length));
      this.bytes.copy(this.#buffer, 0, this.end);
      added.copy(this.#buffer, waiting);
      this.#owned = true;
      this.bytes = this.#buffer.subarray(0, waiting + added.length);
      this.#rebase();
    }
    if (this.#skipLf && this.bytes.length > this.#lineStart) {
      if (this.bytes[this.#lineStart] === LF) this.#searched = ++this.#lineStart;
      this.#skipLf = false;
    }
    this.#nextLf = -1;
    this.#nextCr = -1;
  }

  #rebase(): void {
    this.#lineStart -= this.end;
    this.#searched -= this.end;
    this.start = 0;
    this.end = 0;
  }

  #find(byte: number): number {
    const at = this.bytes.indexOf(byte, this.#searched);
    return at === -1 ? NONE : at;
  }

  next(): boolean {
    if (this.#whole) this.#begin();
    for (;;) {
      if (this.#nextLf < this.#searched) this.#nextLf = this.#find(LF);
      if (this.#nextCr < this.#searched) this.#nextCr = this.#find(CR);
      const lineEnd = Math.min(this.#nextLf, this.#nextCr);
      if (lineEnd === NONE) break;
      const from = this.#lineStart;
      this.#lineStart = lineEnd + 1;
      if (lineEnd === this.#nextCr) {
        // A CR at the very end closes its line at once: waiting for the LF that may follow could hold an event back for long.
        if (this.bytes[this.#lineStart] === LF) this.#lineStart++;
        else this.#skipLf = this.#lineStart === this.bytes.length;
      }
      this.#searched = this.#lineStart;
      if (this.#readLine(from, lineEnd)) return this.#close(this.#lineStart);
    }
    this.#searched = this.bytes.length;
    this.#decodeData(); // offsets do not outlive the next push
    return false;
  }

  last(): boolean {
    if (this.end === this.bytes.length) return false;
    if (this.#whole) this.#begin();
    this.#readLine(this.#lineStart, this.bytes.length);
    return this.#close(this.bytes.length);
  }

  skipTo(at: number): void {
    this.#lineStart = at;
    this.#searched = at;
    this.#begin();
    this.#close(at);
  }

  #begin(): void {
    this.#whole = false;
    this.name = null;
    this.#data = null;
    this.#dataFrom = -1;
    this.foreign = false;
  }

  #close(at: number): true {
    this.start = this.end;
    this.end = at;
    this.#whole = true;
    return true;
  }

  /** True for the blank line that closes an event. */
  #readLine(lineFrom: number, to: number): boolean {
    let from = lineFrom;
    if (this.#firstLine) {
      this.#firstLine = false;
      if (this.bytes[from] === 0xef && this.bytes[from + 1] === 0xbb && this.bytes[from + 2] === 0xbf)
        from += 3;
    }
    if (from >= to) return true;
    if (this.bytes[from] === COLON) return false;
    if (this.#isData(from, to)) {
      this.#decodeData();
      this.#dataFrom = this.#valueStart(from + 4, to);
      this.#dataTo = to;
      return false;
    }
    const colon = this.bytes.subarray(from, to).indexOf(COLON);
    const nameEnd = colon === -1 ? to : from + colon;
    const field = this.bytes.toString('latin1', from, nameEnd);
    if (field === 'event') this.name = this.bytes.toString('utf8', this.#valueStart(nameEnd, to), to);
    else if (!IGNORED.has(field)) this.foreign = true;
    return false;
  }

  #isData(from: number, to: number): boolean {
    return (
      this.bytes[from] === 0x64 &&
      this.bytes[from + 1] === 0x61 &&
      this.bytes[from + 2] === 0x74 &&
      this.bytes[from + 3] === 0x61 &&
      from + 4 <= to &&
      (from + 4 === to || this.bytes[from + 4] === COLON)
    );
  }

  /** Behind the colon at `colon` and one space; `to` when there is no colon. */
  #valueStart(colon: number, to: number): number {
    if (colon >= to) return to;
    return this.bytes[colon + 1] === SPACE && colon + 1 < to ? colon + 2 : colon + 1;
  }

  #decodeData(): void {
    if (this.#dataFrom === -1) return;
    const line = this.bytes.toString('utf8', this.#dataFrom, this.#dataTo);
    this.#data = this.#data === null ? line : `${this.#data}\n${line}`;
    this.#dataFrom = -1;
  }
}

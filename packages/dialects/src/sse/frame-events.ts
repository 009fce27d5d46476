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
  let buffer: Buffer = EMPTY;
  let owned = false; // the room in `buffer` behind `view` is ours to write
  let view: Buffer = EMPTY; // the filled part of `buffer`
  let lineStart = 0;
  let searched = 0; // no line end lies in [lineStart, searched)
  let nextLf = NONE; // the first of its kind at or behind `searched`; when it lies before, that is to be found out
  let nextCr = NONE;
  let skipLf = false; // the line before ended in CR: a LF right behind belongs to it
  let firstLine = true;

  let whole = true; // the current event is whole: the next line starts another
  let start = 0;
  let end = 0; // also where the event begins that is being read
  let name: string | null = null;
  let data: string | null = null;
  let dataFrom = -1; // a data line that is not decoded yet
  let dataTo = -1;
  let foreign = false;

  function push(chunk: Uint8Array): void {
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const waiting = view.length - end;
    if (waiting === 0) {
      buffer = bytes;
      owned = false;
      view = bytes;
      rebase();
    } else if (owned && view.length + bytes.length <= buffer.length) {
      bytes.copy(buffer, view.length);
      view = buffer.subarray(0, view.length + bytes.length);
    } else {
      // Doubling keeps the copying linear. A fresh buffer, because slices of the old one may still be on their way out.
      buffer = Buffer.allocUnsafe(2 * (waiting + bytes.length));
      view.copy(buffer, 0, end);
      bytes.copy(buffer, waiting);
      owned = true;
      view = buffer.subarray(0, waiting + bytes.length);
      rebase();
    }
    if (skipLf && view.length > lineStart) {
      if (view[lineStart] === LF) searched = ++lineStart;
      skipLf = false;
    }
    nextLf = -1;
    nextCr = -1;
  }

  function rebase(): void {
    lineStart -= end;
    searched -= end;
    start = 0;
    end = 0;
  }

  function find(byte: number): number {
    const at = view.indexOf(byte, searched);
    return at === -1 ? NONE : at;
  }

  function next(): boolean {
    if (whole) begin();
    for (;;) {
      if (nextLf < searched) nextLf = find(LF);
      if (nextCr < searched) nextCr = find(CR);
      const lineEnd = Math.min(nextLf, nextCr);
      if (lineEnd === NONE) break;
      const from = lineStart;
      lineStart = lineEnd + 1;
      if (lineEnd === nextCr) {
        // A CR at the very end closes its line at once: waiting for the LF that may follow could hold an event back for long.
        if (view[lineStart] === LF) lineStart++;
        else skipLf = lineStart === view.length;
      }
      searched = lineStart;
      if (readLine(from, lineEnd)) return close(lineStart);
    }
    searched = view.length;
    decodeData(); // offsets do not outlive the next push
    return false;
  }

  function last(): boolean {
    if (end === view.length) return false;
    if (whole) begin();
    readLine(lineStart, view.length);
    return close(view.length);
  }

  function skipTo(at: number): void {
    lineStart = at;
    searched = at;
    begin();
    close(at);
  }

  function begin(): void {
    whole = false;
    name = null;
    data = null;
    dataFrom = -1;
    foreign = false;
  }

  function close(at: number): true {
    start = end;
    end = at;
    whole = true;
    return true;
  }

  /** True for the blank line that closes an event. */
  function readLine(lineFrom: number, to: number): boolean {
    let from = lineFrom;
    if (firstLine) {
      firstLine = false;
      if (view[from] === 0xef && view[from + 1] === 0xbb && view[from + 2] === 0xbf) from += 3;
    }
    if (from >= to) return true;
    if (view[from] === COLON) return false;
    if (isData(from, to)) {
      decodeData();
      dataFrom = valueStart(from + 4, to);
      dataTo = to;
      return false;
    }
    const colon = view.subarray(from, to).indexOf(COLON);
    const nameEnd = colon === -1 ? to : from + colon;
    const field = view.toString('latin1', from, nameEnd);
    if (field === 'event') name = view.toString('utf8', valueStart(nameEnd, to), to);
    else if (!IGNORED.has(field)) foreign = true;
    return false;
  }

  function isData(from: number, to: number): boolean {
    return (
      view[from] === 0x64 &&
      view[from + 1] === 0x61 &&
      view[from + 2] === 0x74 &&
      view[from + 3] === 0x61 &&
      from + 4 <= to &&
      (from + 4 === to || view[from + 4] === COLON)
    );
  }

  /** Behind the colon at `colon` and one space; `to` when there is no colon. */
  function valueStart(colon: number, to: number): number {
    if (colon >= to) return to;
    return view[colon + 1] === SPACE && colon + 1 < to ? colon + 2 : colon + 1;
  }

  function decodeData(): void {
    if (dataFrom === -1) return;
    const line = view.toString('utf8', dataFrom, dataTo);
    data = data === null ? line : `${data}\n${line}`;
    dataFrom = -1;
  }

  return {
    push,
    next,
    last,
    skipTo,
    get fresh() {
      return searched === end;
    },
    get bytes() {
      return view;
    },
    get start() {
      return start;
    },
    get end() {
      return end;
    },
    get dataStart() {
      return data === null ? dataFrom : -1;
    },
    get name() {
      return name;
    },
    get data() {
      decodeData();
      return data;
    },
    get foreign() {
      return foreign;
    },
    get overflow() {
      return view.length - end > maxEventBytes;
    },
  };
}

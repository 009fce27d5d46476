import type { JsonObject } from '../json.ts';

/** What the client of a stream that broke off has got so far: what the next candidate goes on from. */
export interface Spoken {
  readonly text: string;
  /** The top-level fields of its chunks that say which answer they belong to; empty in the Messages API, which says it once. */
  readonly identity: JsonObject;
  /** The model's count of the input, where the stream has told; null: not told. */
  readonly inputTokens: number | null;
  /** Messages API: index of the latest content block, -1 before the first, and whether it is still open. */
  readonly block: { readonly index: number; readonly open: boolean };
}

/** Reads the events that a client got, one after the other. */
export interface SpokenReader {
  read(event: JsonObject): void;
  /** Null when it cannot be gone on from: there is more than text in it, or the answer was finished. */
  spoken(): Spoken | null;
}

import type { StreamReader } from '../dialect.ts';

/** One request told in another dialect, and how to tell its answers back. */
export interface Translation {
  /** What the endpoint gets. */
  readonly body: Buffer;
  /** The client's names of fields that the endpoint cannot be told and that change no meaning; for `x-holdfast-dropped`. */
  readonly dropped: readonly string[];
  /** A whole answer that the endpoint's dialect judged good, in the client's dialect. */
  answer(body: Buffer): Buffer;
  /**
   * Reads the endpoint's event stream; `bytes`, `terminator` and `closing()` are the client's dialect. `content`, `error`,
   * `fault` and the facts are what the endpoint's dialect says of them.
   */
  openStream(): StreamReader;
}

export type Translated =
  | { readonly kind: 'translated'; readonly translation: Translation }
  /** Left out, the field would change what is asked for: 400 if no endpoint can be told. */
  | { readonly kind: 'refused'; readonly field: string; readonly message: string };

/** Where a translated request goes. */
export interface Target {
  /** The endpoint's name of the model. */
  readonly model: string;
  /** The cap on the model's answer by configuration; null: unknown. */
  readonly maxOutput: number | null;
  /** Now, in epoch seconds: the date of answers whose provider tells none. */
  readonly askedAt: number;
  /** A chat's stream may be asked for usage (`stream_options`). */
  readonly streamUsage: boolean;
}

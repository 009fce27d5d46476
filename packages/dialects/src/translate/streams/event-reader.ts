import type { JsonObject } from '../../json.ts';
import type { AnswerEvent } from '../conversation.ts';

/** Reads the events of one dialect's stream, which its grammar found no fault with. */
export interface EventReader {
  read(event: JsonObject, name: string | null): void;
  /** The text that the last event put into a part, if it did nothing else. */
  readonly said: string | null;
  /** The last event again, with another text. */
  again(text: string): void;
  /** The answer is whole: ends its last parts. */
  close(): void;
}

export type Tell = (event: AnswerEvent) => void;

import type { JsonObject } from '../../json.ts';
import type { AnswerEvent } from '../conversation.ts';

/** Reads the events of one dialect's stream, which its grammar found no fault with. */
export interface EventReader {
  read(event: JsonObject, name: string | null): void;
  /** The answer is whole: ends its last parts. */
  close(): void;
}

export type Tell = (event: AnswerEvent) => void;

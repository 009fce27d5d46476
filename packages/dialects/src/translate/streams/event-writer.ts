import type { AnswerEvent, AnswerUsage, Conversation, Finish, PartEvent } from '../conversation.ts';

/** Writes an answer as the event stream of one dialect. */
export interface EventWriter {
  start(head: AnswerEvent & { readonly kind: 'start' }): string;
  /** Whole events; empty when the dialect has no words for it. */
  write(event: PartEvent): string;
  /** All parts have ended. */
  end(ending: Ending): WrittenEnd;
}

export interface Ending {
  readonly finish: Finish;
  readonly stopSequence: string | null;
  readonly usage: AnswerUsage | null;
}

/** Whole events: those with the finish and the usage, and the one behind which nothing comes. */
export interface WrittenEnd {
  readonly closing: string;
  readonly terminator: string;
}

export type OpenWriter = (request: Conversation) => EventWriter;

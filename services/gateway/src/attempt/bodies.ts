import type { Observation } from '@holdfast/core/verdict';
import type { AnswerFinding, Usage } from '@holdfast/dialects/dialect';

/** A response body as it arrives; one of several kinds by status, type and what the client asked for. */
export interface Body {
  push(chunk: Buffer): void;
  /** The upstream ended it cleanly. */
  end(): void;
  /** All was read: the connection may serve the next call. */
  readonly finished: boolean;
  /** The answer is whole although the body has not ended (finish seen, terminator missing). */
  completeWithoutEnd(): boolean;
  /** The whole answer, once it was found good. */
  readonly answer: Buffer | null;
  readonly finding: (AnswerFinding & { kind: 'ok' }) | null;
  readonly usage: Usage | null;
  readonly model: string | null;
  /** Events read and not forwarded. */
  held(): Buffer | null;
}

/** Where a body reports to. */
export interface BodyEvents {
  /** The body's meaning is known; `ending` ends a stream for the client. */
  found(observation: Observation, ending: Buffer | null): void;
  /** First real content of a stream; `held` are all events so far. */
  content(held: Buffer): void;
  /** Later events of a stream; `content`: real content is among them. */
  events(bytes: Buffer, content: boolean): void;
}

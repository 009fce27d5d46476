import type { Answer } from '../behaviour.ts';
import type { Call } from '../call.ts';

/** A healthy answer of one operation, whole and in pieces. */
export interface DialectAnswer {
  /** The body of an answer that is not streamed. */
  whole(): string | Buffer;
  readonly contentType: string;
  /** null: this operation has no streams. */
  stream(): StreamParts | null;
}

/** The events of a stream as text, each complete with its blank line, in the groups at which streams break. */
export interface StreamParts {
  readonly contentType: string;
  /** Everything up to the end of the content. */
  readonly content: readonly string[];
  /** The finish reason and usage. */
  readonly finish: readonly string[];
  /** The terminator. */
  readonly done: readonly string[];
  /** What the dialect sends when it fails on the way. */
  readonly error: string;
  /** A failure inside an otherwise normal event. */
  readonly errorInChoice: string;
  readonly ping: string;
}

export type AnswerOperation = (call: Call, answer: Answer) => DialectAnswer;

export const JSON_TYPE = 'application/json';
export const SSE_TYPE = 'text/event-stream; charset=utf-8';

export function dataEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

export function namedEvent(value: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
}

/** For operations that are never streamed. */
export function wholeOnly<T>(value: T): DialectAnswer {
  return { whole: () => JSON.stringify(value), contentType: JSON_TYPE, stream: () => null };
}

/** Unix time in seconds, as OpenAI dates its answers. */
export function createdNow(): number {
  return Math.floor(Date.now() / 1000);
}

export function idOf(prefix: string, { sequence }: Pick<Call, 'sequence'>): string {
  return `${prefix}${sequence.toString(36).padStart(24, '0')}`;
}

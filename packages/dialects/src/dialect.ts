import type { DialectName, Protocol } from '@holdfast/core/protocol';
import type { BodyFault, ProviderError } from '@holdfast/core/verdict';

export type { DialectName };

/** One wire format: everything the gateway needs to know about it. Pure; no I/O. */
export interface Dialect {
  readonly name: DialectName;
  readonly protocol: Protocol;
  /** Behind the base URL, e.g. `/chat/completions`, `/v1/messages`. */
  readonly upstreamPath: string;
  /** False for embeddings, images, moderations, token counts: no stream and no honest canned answer. */
  readonly conversational: boolean;
  /** Judges a whole 2xx body. */
  readAnswer(body: Buffer, contentType: string): AnswerFinding;
  /** A reader for one event stream. */
  openStream(): StreamReader;
  /** Likewise for a stream asked for usage that its client did not ask for: the event that tells only usage stays here. Null where a stream cannot be asked. */
  readonly openMeteredStream: (() => StreamReader) | null;
  /** The error document in this dialect, ready to send. */
  errorBody(fault: ClientFault): Buffer;
  /** One SSE event that says the stream failed; no terminator. */
  errorEvent(fault: ClientFault): Buffer;
  /** A complete successful answer made of `text`. */
  cannedBody(answer: CannedAnswer): Buffer;
  /** The same as a whole event stream, terminator included. */
  cannedStream(answer: CannedAnswer): Buffer;
  /** A whole answer (as `readAnswer` accepted it) re-told as a complete event stream: the client asked for a stream, JSON came (S11). */
  answerToStream(body: Buffer): Buffer;
  /** A complete event stream re-told as one answer: the client asked for JSON, a stream came (S12). Null when it cannot be. */
  streamToAnswer(body: Buffer): Buffer | null;
}

export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

export type AnswerFinding =
  | {
      readonly kind: 'ok';
      readonly model: string | null;
      readonly usage: Usage | null;
      readonly finish: string | null;
      readonly filtered: boolean;
    }
  | { readonly kind: 'error'; readonly error: ProviderError }
  | { readonly kind: 'bad'; readonly fault: BodyFault };

/**
 * Reads an SSE stream as it arrives (WHATWG rules: CRLF, LF or CR, BOM, any chunk split), and tells what the whole events
 * in it mean. Bytes come out exactly as they came in; only events that no client should see are left out (broken ones, named
 * ones without data, an OpenAI stream's `event: ping`).
 *
 * The stream is a whole answer when a step has a `terminator`, or when the step of `end()` has neither error nor fault.
 * What the client then gets, in this order: the `bytes` of every step, `closing()`, the `terminator` where there was one.
 * An answer may be whole without any `content` (cut at the limit before its first word, filtered), so that is the last moment to
 * commit. In every other case `closing()` is empty and nothing of a proper end may be written.
 */
export interface StreamReader {
  push(chunk: Uint8Array): StreamStep;
  /** The upstream's body ended cleanly: the rest, judged. */
  end(): StreamStep;
  /** Content, tool call or reasoning was seen. */
  readonly contentSeen: boolean;
  /** `finish_reason` (of every choice begun), `message_delta.stop_reason`, `response.completed` or the like was seen. */
  readonly finishSeen: boolean;
  readonly finish: string | null;
  /** `[DONE]`, `message_stop` or the like was seen. */
  readonly terminatorSeen: boolean;
  readonly usage: Usage | null;
  readonly model: string | null;
  /**
   * What a whole answer still lacks: an event with the finish, made up in the shape of the stream (`[DONE]` came without
   * one, S04), and the terminator when none came (S03). Belongs before the terminator that came. Empty when nothing is lacking.
   */
  closing(): Buffer;
}

export interface StreamStep {
  /** Whole events and comments to forward, as received, up to (not including) an error, a fatal fault or the terminator; null when none. */
  readonly bytes: Buffer | null;
  /** At least one event in `bytes` carries real content: text that is not white space, a tool call, reasoning. */
  readonly content: boolean;
  /** The terminator event's bytes; nothing after it counts. In the Responses API it carries the finish and the whole response. */
  readonly terminator: Buffer | null;
  /** An error event; nothing after it counts. */
  readonly error: ProviderError | null;
  /** The stream cannot be read on: more than 3 malformed events, an event over the cap, a finish that means a break, an end without an answer, or (from `end`) cut before its finish, or nothing in it. */
  readonly fault: BodyFault | null;
}

/** What the client is told when there is nothing else to tell. */
export interface ClientFault {
  readonly status: number;
  /** OpenAI-style type, e.g. `upstream_error`, `invalid_request_error`, `authentication_error`, `rate_limit_error`. */
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly param: string | null;
  readonly requestId: string;
  readonly attempts?: readonly AttemptSummary[];
}

export interface AttemptSummary {
  readonly endpoint: string;
  readonly result: string;
  readonly status: number | null;
  readonly duration_ms: number;
}

export interface CannedAnswer {
  readonly model: string;
  readonly text: string;
  readonly requestId: string;
  /** Epoch seconds. */
  readonly created: number;
}

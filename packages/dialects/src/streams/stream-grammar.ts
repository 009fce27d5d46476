import type { BodyFault, ProviderError } from '@holdfast/core/verdict';
import type { Usage } from '../dialect.ts';
import type { JsonObject } from '../json.ts';

/** What the events read so far have told. */
export interface StreamFacts {
  contentSeen: boolean;
  /** A tool call was seen. */
  toolSeen: boolean;
  finishSeen: boolean;
  finish: string | null;
  terminatorSeen: boolean;
  usage: Usage | null;
  model: string | null;
}

/**
 * What one event is. `content`: text, a tool call or reasoning. `other`: worth forwarding, nothing to the user.
 * `drop`: not to be forwarded. `end`: the terminator. The rest says that the stream has failed.
 */
export type EventMeaning = 'content' | 'other' | 'drop' | 'end' | StreamFailure;

export type StreamFailure = { readonly error: ProviderError } | { readonly fault: BodyFault };

/** What one dialect's events mean; made anew for each stream, as it keeps what it has seen. */
export interface StreamGrammar {
  readonly facts: StreamFacts;
  /** `data: [DONE]` is the terminator; else it is dropped. */
  readonly endsWithDone: boolean;
  /** `name` is the `event:` field. */
  read(event: JsonObject, name: string | null): EventMeaning;
  /** This finish without any content is no answer (FAULTS P24); `length`, a filter or a tool call is one (P23, P25, P27). */
  needsContent(finish: string): boolean;
  /** See `StreamReader.closing`; asked only when the stream has content or a finish. */
  closing(): string;
}

export function noFacts(): StreamFacts {
  return {
    contentSeen: false,
    toolSeen: false,
    finishSeen: false,
    finish: null,
    terminatorSeen: false,
    usage: null,
    model: null,
  };
}

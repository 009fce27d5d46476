import type { Usage } from '../dialect.ts';
import type { JsonObject } from '../json.ts';

/** One dialect's way to tell the events of a continuation as those of the stream it continues. */
export interface EventRewriter {
  /** Ends the stream when nothing else has. */
  readonly terminator: string;
  /** Whole events in place of this one; empty when there is nothing to tell. */
  rewrite(event: JsonObject): string;
}

/** A continuation's usage -> that of the whole answer. */
export type Share = (usage: Usage) => Usage;

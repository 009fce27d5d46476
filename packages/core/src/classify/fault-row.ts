import type { AttemptResult, Delay, PenaltyScope, RetryRule } from '../verdict.ts';

/**
 * One row of the fault catalogue (docs/gateway/failure-modes.md): what follows from having recognised it. Keys are `P18`, or
 * `P18/overloaded` where one row has several answers; the part before the slash is the public code.
 */
export interface FaultRow {
  /** What happened, in words for the documentation. */
  readonly title: string;
  readonly result: AttemptResult;
  readonly retry: RetryRule;
  readonly scope: PenaltyScope;
  /** Status for the client when every attempt ends like this. */
  readonly clientStatus: number;
  /** A delay the provider states becomes the bench: `any` source of section 2.6, or only an `explicit` Retry-After or body field. */
  readonly stated?: 'any' | 'explicit';
  /** The bench where none is stated; `day_reset`: until the quota day ends. */
  readonly bench?: Delay | 'day_reset';
  readonly dead?: true;
  readonly concurrency?: true;
  readonly tooLarge?: true;
  readonly passThrough?: true;
  /** Added to the status in the client's trail: `429 (no credit)`. */
  readonly hint?: string;
}

/** The public code of a row's key: `P18/overloaded` -> `P18`. */
export function codeOf(key: string): string {
  const slash = key.indexOf('/');
  return slash === -1 ? key : key.slice(0, slash);
}

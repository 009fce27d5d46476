import type { AttemptResult, Verdict } from '@holdfast/core/verdict';
import type { EndpointRuntime } from '../states/endpoint-runtime.ts';
import type { RouteRuntime } from '../states/routing.ts';

/** One attempt of this request that has failed. */
export interface Tried {
  readonly runtime: EndpointRuntime;
  readonly verdict: Verdict;
  /** Not repeated at this endpoint before then; Infinity: not again in this request. */
  readonly readyAtMs: number;
  /** Whether it counts towards the attempts of the policy; a token that is dead or out of quota does not. */
  readonly counts: boolean;
  readonly sameOnce: boolean;
  /** It was tried although out of rotation: as a trial, or as the least bad. */
  readonly outOfRotation: boolean;
}

/** Where a request stands with one model. */
export interface Turn {
  readonly route: RouteRuntime;
  readonly model: string;
  readonly tried: readonly Tried[];
  readonly maxAttempts: number;
  readonly deadlineMs: number;
  /** The one try at an endpoint that is out of rotation was made. */
  readonly leastBadUsed: boolean;
  /** A second attempt beside the one at this endpoint is asked for. */
  readonly beside?: EndpointRuntime;
  /** Whether an endpoint can be called at all: it has a token for this model. When not, why and until when. */
  readonly credential: (runtime: EndpointRuntime) => CredentialStanding;
  /** Whether the endpoint can be told the request, and the request may fit its model. */
  readonly fits: (runtime: EndpointRuntime) => boolean;
}

export type CredentialStanding =
  | { readonly kind: 'ready' }
  /** All tokens that are not blocked have failed this request once. */
  | { readonly kind: 'tried' }
  | {
      readonly kind: 'none';
      readonly untilMs: number;
      readonly because: string;
      readonly clientStatus: number;
    };

export type Why = 'first' | 'fresh_endpoint' | 'fresh_token' | 'same_once' | 'repeat' | 'least_bad';

export interface PlannedAttempt {
  readonly kind: 'attempt';
  readonly runtime: EndpointRuntime;
  readonly why: Why;
  /** Of an endpoint whose breaker may close again. */
  readonly trial: boolean;
  /** The policy allows no further one. */
  readonly last: boolean;
}

export type Plan =
  | PlannedAttempt
  /** Nothing is free before then; ask again. */
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** All that is left is full; ask again when a place is free. */
  | { readonly kind: 'queue'; readonly runtime: EndpointRuntime }
  | GaveUp;

export interface GaveUp {
  readonly kind: 'give_up';
  readonly because: GiveUp;
  /** When something may be available again, where that is known. */
  readonly untilMs: number | null;
  /** What the client is told; null: what the attempts say. */
  readonly clientStatus: number | null;
}

export type GiveUp =
  /** As many as the policy allows were made. */
  | 'attempts'
  | 'deadline'
  /** Everything is out of rotation. */
  | 'unavailable'
  /** Everything rests until a known time that is too far away. */
  | 'resting'
  /** The answer is the client's: a rightful refusal, or a failure after content. */
  | 'refused'
  | 'budget'
  /** Everything is full and the line is too long. */
  | 'overloaded'
  | 'cancelled';

/** Results after which the same endpoint may be asked again later in the same request. */
const REPEATABLE: ReadonlySet<AttemptResult> = new Set<AttemptResult>([
  'timeout',
  'connect_error',
  'rate_limited',
  'overloaded',
  'server_error',
  'bad_response',
  'empty_response',
]);

export const repeatable = (verdict: Verdict): boolean =>
  REPEATABLE.has(verdict.result) && !verdict.tooLarge && !verdict.dead;

export const giveUp = (
  because: GiveUp,
  untilMs: number | null = null,
  clientStatus: number | null = null,
): GaveUp => ({
  kind: 'give_up',
  because,
  untilMs,
  clientStatus,
});

/** The metric's label for what became of one attempt (docs/metrics.md). */
export const ATTEMPT_RESULTS = [
  'ok',
  'timeout',
  'connect_error',
  'rate_limited',
  'quota_exhausted',
  'auth_error',
  'overloaded',
  'server_error',
  'client_error',
  'bad_response',
  'empty_response',
  'aborted',
] as const;
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

/**
 * What may be tried after a failed attempt.
 * `stop`: nothing, the answer goes to the client. `endpoint`: another endpoint. `token`: another token (other account
 * first) on the same endpoint, else another endpoint. `same_once`: the same endpoint once more on a new socket, then another.
 */
export type RetryRule = 'stop' | 'endpoint' | 'token' | 'same_once';

/** Who is to blame, hence who is benched. `account_model`: that account for that model. `model`: that model at that endpoint. */
export type PenaltyScope = 'none' | 'endpoint' | 'model' | 'token' | 'account' | 'account_model';

/** Where a delay comes from; only heuristic ones may be probed early. */
export type DelayProvenance = 'authoritative' | 'heuristic' | 'credit' | 'tier';

export interface Delay {
  readonly ms: number;
  readonly provenance: DelayProvenance;
}

export interface Verdict {
  /** The row of the fault catalogue, e.g. `P18`; `ok` for a success. */
  readonly code: string;
  readonly result: AttemptResult;
  readonly retry: RetryRule;
  readonly scope: PenaltyScope;
  /** How long the blamed one should rest, where the provider or the catalogue says so; null: the breaker decides. */
  readonly bench: Delay | null;
  /** Token or key that will not work again until it is edited or validated. */
  readonly dead: boolean;
  /** The provider's concurrency cap was met: lower the endpoint's cap by one instead of benching it. */
  readonly concurrency: boolean;
  /** Another attempt may only help at an endpoint with a larger window or body limit. */
  readonly tooLarge: boolean;
  /** Status for the client when every attempt ends like this. */
  readonly clientStatus: number;
  /** The provider's own (scrubbed) error is the client's answer: a rightful refusal. */
  readonly passThrough: boolean;
  /** Status the provider sent, null when it sent none. */
  readonly status: number | null;
  /** Public and short, for the trail in the client's error: `502`, `timeout after 30.0 s`, `429 (retry in 18 s)`. */
  readonly summary: string;
}

/** An error as a provider worded it, whatever its shape. */
export interface ProviderError {
  /** HTTP status, or the numeric code inside the body of an error-in-200. */
  readonly status: number | null;
  readonly type: string | null;
  readonly code: string | null;
  readonly param: string | null;
  readonly message: string;
  /** Delay in ms stated in the body (RetryInfo, retry_after, prose); null when none. */
  readonly retryAfterMs: number | null;
}

/** How the transport failed, in our words; mapped from Node's and undici's codes in one place. */
export type TransportCause =
  | 'refused'
  | 'dns'
  | 'dns_temporary'
  | 'tls'
  | 'connect_timeout'
  | 'closed'
  | 'reset'
  | 'protocol'
  | 'headers_overflow'
  | 'truncated'
  | 'too_large'
  | 'encoding'
  | 'refused_stream'
  | 'headers_timeout'
  | 'body_timeout'
  | 'length_mismatch'
  | 'unexpected_continue'
  | 'other';

/** Why a 200 is not a success. */
export type BodyFault =
  | 'empty_body'
  | 'not_json'
  | 'html'
  | 'no_choices'
  | 'empty_content'
  | 'reasoning_only'
  | 'finish_error'
  | 'truncated'
  | 'malformed_events'
  | 'line_too_long'
  /** A stream was to be gone on with, and the answer began anew. */
  | 'restarted';

/** What one attempt met, free of wire formats: the input of `classify`. */
export type Observation =
  | {
      readonly kind: 'transport';
      readonly cause: TransportCause;
      readonly reusedSocket: boolean;
      readonly detail: string;
    }
  /** One of our own timers fired. */
  | {
      readonly kind: 'timeout';
      readonly timer: 'connect' | 'headers' | 'first_content' | 'idle' | 'total' | 'deadline';
      readonly afterMs: number;
    }
  /** We cut it ourselves; never a provider failure. */
  | { readonly kind: 'cancelled'; readonly by: 'client' | 'deadline' | 'hedge' | 'shutdown' }
  /** A complete answer with a status that is no 2xx, or an error inside a 200 (then `status` is the HTTP 200 and `error.status` what the body says). */
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** Lower-case names. */
      readonly headers: Readonly<Record<string, string>>;
      readonly error: ProviderError;
      readonly body: 'json' | 'html' | 'text' | 'empty';
    }
  | { readonly kind: 'bad_body'; readonly status: number; readonly fault: BodyFault }
  | { readonly kind: 'success' };

export interface ClassifyContext {
  readonly nowMs: number;
  /** The endpoint draws from a pool of tokens, so `token` makes sense. */
  readonly pooled: boolean;
  /** Codes of the earlier attempts of this request, oldest first: a schema refusal (P11) is worth one other endpoint, not all of them. */
  readonly earlier?: readonly string[];
}

/** How requests, endpoints and answers are treated: for all of them, or for one route. Durations are in ms. */

export type ProbeKind = 'auto' | 'models' | 'chat' | 'none';

export interface RetryPolicy {
  /** Upstream calls for one request and model, the first included. */
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly multiplier: number;
  readonly maxDelayMs: number;
  /** 0.2 is +-20 %. */
  readonly jitter: number;
  readonly maxTotalTimeMs: number;
  /** Share of the requests in flight that may be retries; never fewer than 3 are allowed. */
  readonly budget: number;
}

export interface Timeouts {
  readonly connectMs: number;
  readonly firstContentMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

export interface BreakerPolicy {
  readonly maxFailures: number;
  readonly openForMs: number;
  readonly halfOpenRequests: number;
  readonly rampMs: number;
}

export interface HealthPolicy {
  readonly schedule: string;
  readonly failureQueueIntervalMs: number;
  readonly timeoutMs: number;
  readonly probe: ProbeKind;
  readonly upAfter: number;
  readonly downAfter: number;
  readonly dynamicWeights: boolean;
}

export interface ThrottlePolicy {
  readonly enabled: boolean;
  readonly minIntervalMs: number;
  readonly scope: 'model' | 'token';
}

export interface CachePolicy {
  readonly enabled: boolean;
  readonly ttlMs: number;
  readonly maxEntries: number;
  /** How long past its time an answer may still be served when the alternative is a canned one; 0: never. */
  readonly staleIfErrorMs: number;
}

export interface FallbackPolicy {
  readonly mode: 'canned' | 'error';
  readonly status: number;
  readonly texts: readonly string[];
}

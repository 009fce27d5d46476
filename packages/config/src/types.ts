import type { AuthHeader, DialectName, Protocol } from '@holdfast/core/protocol';
import type {
  BreakerPolicy,
  CachePolicy,
  FallbackPolicy,
  HealthPolicy,
  ProbeKind,
  RetryPolicy,
  ThrottlePolicy,
  Timeouts,
} from './policies.ts';
import type { ProviderName } from './providers.ts';

/**
 * The configuration as every service sees it: validated, defaulted, references resolved, durations in milliseconds,
 * deeply frozen. Key names in `holdfast.yaml` are the snake_case of these (docs/configuration.md).
 */

export type { AuthHeader, Protocol };
export type Strategy = 'priority' | 'weighted' | 'least_latency';
/** How a model is made to go on with an answer that another began; `auto`: by what is known of its provider. */
export type ContinuationWay =
  | 'auto'
  | 'prefill'
  | 'prefix'
  | 'partial'
  | 'continue_final_message'
  | 'instruction';
export type TokenStrategy = 'sticky' | 'round_robin' | 'least_used';

export interface NamedKey {
  readonly name: string;
  readonly key: string;
}

export interface PoolToken {
  readonly name: string;
  /** The secret. It never leaves the process that calls the provider. */
  readonly value: string;
  readonly account: string;
}

export interface TokenPool {
  readonly name: string;
  readonly tokens: readonly PoolToken[];
  readonly strategy: TokenStrategy;
  /** 429s in a row before the pool moves to the next token. */
  readonly maxFailures: number;
  /** Block when the provider names no delay. */
  readonly blockForMs: number;
}

export interface Endpoint {
  readonly name: string;
  readonly cluster: string;
  /** `<cluster>/<name>`: unique, used in shared state, logs and APIs. */
  readonly id: string;
  /** Null: nothing is known of it but what the configuration says. */
  readonly provider: ProviderName | null;
  readonly protocol: Protocol;
  readonly baseUrl: string;
  readonly authHeader: AuthHeader;
  /** Parameters of every call. */
  readonly query: Readonly<Record<string, string>>;
  /** Where the list of models is, relative to the base URL's last segment; null: where the protocol has it. */
  readonly modelsPath: string | null;
  /** What it serves of its protocol. */
  readonly dialects: readonly DialectName[];
  /**
   * It takes `stream_options.include_usage`. Where that is not known (null) nothing is added to what clients send in its own
   * dialect; false: it is not even asked where it is told in its dialect.
   */
  readonly streamUsage: boolean | null;
  readonly apiKey: string | null;
  readonly tokenPool: string | null;
  /** 1 is tried first. */
  readonly priority: number;
  readonly weight: number;
  /** Overrides `timeouts.firstContentMs`. */
  readonly timeoutMs: number | null;
  /** Overrides `breaker.maxFailures`. */
  readonly maxFailures: number | null;
  /** 0: no cap. */
  readonly maxConcurrency: number;
  /** Client model name -> this endpoint's name for it; a name that is absent is passed on unchanged. */
  readonly models: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly probe: ProbeKind | null;
  /** For routes with `resume`. */
  readonly continuation: ContinuationWay;
}

export interface Cluster {
  readonly name: string;
  /** Of the endpoints that say no other. */
  readonly protocol: Protocol;
  readonly strategy: Strategy;
  readonly endpoints: readonly Endpoint[];
}

/** Overrides are already merged into the route's own copies. */
export interface Route {
  /** Glob (`*` and `?`) on the model the client asked for; the first route that matches wins. */
  readonly model: string;
  readonly cluster: string;
  readonly fallbackModels: readonly string[];
  readonly retry: RetryPolicy;
  readonly timeouts: Timeouts;
  readonly throttle: ThrottlePolicy;
  readonly cache: CachePolicy;
  readonly fallback: FallbackPolicy;
  /** Opt-in: a stream that dies after content is continued by the next candidate. */
  readonly resume: boolean;
  /** Opt-in: a second candidate when the first content is late. */
  readonly hedge: boolean;
}

/** Limits of one model as the provider publishes them; null: unknown or unlimited. Kept per account. */
export interface ModelLimit {
  readonly rpm: number | null;
  readonly rpd: number | null;
  readonly tpm: number | null;
  readonly maxInput: number | null;
  readonly maxOutput: number | null;
  readonly concurrency: number | null;
}

export interface Persona {
  readonly name: string;
  readonly path: string;
  readonly model: string;
  readonly system: string;
  readonly personalities: Readonly<Record<string, string>>;
  readonly defaultPersonality: string;
  readonly history: number;
  /** Canned answers by `<language>`, or by `<language>.<personality>`. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
}

export interface Tagging {
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly maxAttempts: number;
  /** Default: the first exact model name of the routes; null where they have none. */
  readonly model: string | null;
  readonly fallbackModels: readonly string[];
  readonly concurrency: number;
  readonly schedule: string;
}

export interface Alerts {
  readonly fallbackRatio: {
    readonly warning: number;
    readonly critical: number;
    readonly minRequests: number;
  };
  readonly responseTimeMs: number;
  /** Share of requests that models should answer, over a month; null: no alerts on it. */
  readonly availabilityObjective: number | null;
}

export interface ServiceAddress {
  readonly port: number;
  /** Where the other processes find it. */
  readonly url: string;
}

export interface Config {
  /** Where it came from: a file's path, `environment`, or `built-in`. */
  readonly source: string;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly adminPort: number;
    readonly clientKeys: readonly NamedKey[];
    readonly adminKeys: readonly NamedKey[];
    readonly allowOpen: boolean;
    readonly maxBodyBytes: number;
    readonly drainTimeoutMs: number;
  };
  readonly services: {
    readonly gateway: { readonly url: string; readonly adminUrl: string };
    readonly healthChecker: ServiceAddress;
    readonly tokenRotator: ServiceAddress;
    readonly tagger: ServiceAddress;
    readonly simulator: ServiceAddress & { readonly enabled: boolean };
  };
  readonly state: { readonly redisUrl: string | null };
  readonly database: { readonly url: string };
  readonly retry: RetryPolicy;
  readonly timeouts: Timeouts;
  readonly breaker: BreakerPolicy;
  readonly health: HealthPolicy;
  readonly throttle: ThrottlePolicy;
  readonly rateLimit: { readonly enabled: boolean; readonly perMinute: number };
  readonly cache: CachePolicy;
  readonly fallback: FallbackPolicy;
  readonly tokenPools: readonly TokenPool[];
  readonly clusters: readonly Cluster[];
  readonly routes: readonly Route[];
  /** Model name -> limits; empty when no file is configured. */
  readonly modelLimits: Readonly<Record<string, ModelLimit>>;
  readonly personas: readonly Persona[];
  readonly tagging: Tagging;
  readonly alerts: Alerts;
}

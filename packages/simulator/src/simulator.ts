import type { Behaviour } from './behaviour.ts';
import type { Scenario, ScenarioProgress } from './scenario.ts';

/** One request as an upstream received it. */
export interface RecordedRequest {
  readonly upstream: string;
  readonly method: string;
  /** Below the upstream's name, query included: `/v1/chat/completions`. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly bodyBytes: Buffer;
  /** The parsed body; undefined if it is not JSON. */
  readonly json: unknown;
  /** `model` of the body; null without one. */
  readonly model: string | null;
  /** The credential: bearer token, x-api-key or api-key; null without one. */
  readonly token: string | null;
  /** Unix time in milliseconds at which its headers had arrived. */
  readonly at: number;
  /** What was answered; null while nothing, or bytes that are no response, were sent. */
  readonly status: number | null;
  /** When the caller closed the connection before the answer was complete; else null. */
  readonly abortedAt: number | null;
  /** When the answer was complete, or was cut by the simulator itself; else null. */
  readonly finishedAt: number | null;
  /** Equal for requests on the same connection. */
  readonly socketId: number;
}

export interface UpstreamCounts {
  readonly requests: number;
  /** Status -> answers; `none` counts exchanges that ended without one. */
  readonly byStatus: Readonly<Record<string, number>>;
  readonly inFlight: number;
  readonly peakInFlight: number;
  readonly aborted: number;
}

/** A running simulator: LLM providers by name, on one port. */
export interface Simulator extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What goes into a `base_url`: `<url>/<upstream>/v1`. An upstream exists by being named. */
  baseUrl(upstream: string): string;
  /**
   * Replaces what one upstream does (`*`: every upstream without behaviour of its own). A list is consumed in order:
   * each entry serves `times` requests (default 1), the last one stays. Rate-limit counts of the upstream start anew.
   */
  behave(upstream: string, behaviour: Behaviour | readonly Behaviour[]): void;
  /** Healthy again (or as `*` says). */
  clearBehaviour(upstream: string): void;
  behaviours(): Record<string, readonly Behaviour[]>;
  /** Back to healthy upstreams, no records, the random generator at its seed, no scenario. */
  reset(): void;
  /** Oldest first; of all upstreams without a name. */
  requests(upstream?: string): RecordedRequest[];
  /** Resolves once the upstream has received `count` requests (bodies complete); rejects after `timeoutMs` (5 s). */
  waitForRequests(upstream: string, count: number, timeoutMs?: number): Promise<RecordedRequest[]>;
  /** Resolves with the requests whose caller left before the answer was complete, once there are `count` (1). */
  waitForAbort(upstream: string, count?: number, timeoutMs?: number): Promise<RecordedRequest[]>;
  /** Resolves once no exchange of the upstream (of any, without a name) is under way. */
  waitForIdle(upstream?: string, timeoutMs?: number): Promise<void>;
  inFlight(upstream?: string): number;
  peakInFlight(upstream: string): number;
  counts(): Record<string, UpstreamCounts>;
  /** Forgets what was received, counts included. */
  forget(): void;
  /** Plays a scenario from its start, instead of the one that is playing. */
  play(scenario: Scenario): void;
  /** The scene that is on stays. */
  stopScenario(): void;
  progress(): ScenarioProgress | null;
  /** Cuts what is open. Safe to call again. */
  close(): Promise<void>;
}

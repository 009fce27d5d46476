import type { IncomingMessage } from 'node:http';
import type { PoolToken } from '@holdfast/config/types';
import type { ProviderError } from '@holdfast/core/verdict';
import type { Dialect, Usage } from '@holdfast/dialects/dialect';
import { scrubProviderError } from '@holdfast/dialects/errors/scrub-provider-error';
import type { RequestFacts } from '@holdfast/dialects/request/inspect-request';
import type { AttemptReport, RunningAttempt } from '../attempt/attempt.ts';
import type { Resume } from '../attempt/resume.ts';
import type { Translations } from '../attempt/translations.ts';
import type { StoredAnswer } from '../cache/stored-answer.ts';
import type { Outcome } from '../metrics/labels.ts';
import type { ClientResponse } from '../respond/client-response.ts';
import type { ClientStream } from '../respond/client-stream.ts';
import type { ServedBy } from '../respond/response-headers.ts';
import type { EndpointRuntime } from '../states/endpoint-runtime.ts';
import type { RouteRuntime, Routing } from '../states/routing.ts';
import type { RequestOptions } from './request-options.ts';

/** An attempt as the log line and the client's error tell it. */
export interface TrailEntry {
  readonly endpoint: string;
  readonly model: string;
  readonly token: string | null;
  readonly result: string;
  readonly code: string;
  readonly status: number | null;
  readonly duration_ms: number;
  /** Public words for the error's message. */
  readonly summary: string;
}

/** An answer for when there is none; one of the texts is picked. */
export interface CannedTexts {
  readonly status: number;
  readonly texts: readonly string[];
}

/** One client request from its first byte to its log line. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ClientResponse;
  readonly dialect: Dialect;
  readonly routing: Routing;
  readonly id: string;
  readonly client: string;
  readonly body: Buffer;
  readonly facts: RequestFacts;
  readonly options: RequestOptions;
  readonly startedMs: number;
  /** Of the model asked for. */
  readonly route: RouteRuntime;
  /** Nothing is begun after it; moved on when a stream with content is resumed. */
  deadlineMs: number;
  /** Said when nothing helps; null: the honest error. */
  readonly canned: CannedTexts | null;
  /** Null when no stream was asked for. */
  readonly stream: ClientStream | null;
  readonly trail: TrailEntry[];
  /** The request in other dialects, as far as an endpoint was to be told it in one; null: in none yet. */
  translations: Translations | null;
  /** An endpoint has refused the thoughts in the conversation as not its own: nobody is told them any more. */
  thoughtsRefused: boolean;
  /** Endpoints whose breaker has counted a failure of this request. */
  readonly blamed: EndpointRuntime[];
  served: ServedBy;
  outcome: Outcome | null;
  usage: Usage | null;
  /** The provider told none: it is for the log alone. */
  usageEstimated: boolean;
  /** What the provider said of a request it refused, fit for the client. */
  refusal: ProviderError | null;
  /** A whole answer that the client got; a stream's is not kept. */
  answer: Buffer | null;
  /** Past its time, and given where otherwise nothing could be. */
  stale: StoredAnswer | null;
  firstContentMs: number | null;
  /** Time in attempts and planned waits: what is left of the duration is the gateway's own. */
  elsewhereMs: number;
  /** The last attempt; to cancel one that has ended changes nothing. */
  running: Pick<RunningAttempt, 'cancel'> | null;
  /** Among the requests under way. */
  place: number;
  /** Who ended the request early. */
  cancelled: 'client' | 'shutdown' | null;
  wake: (() => void) | null;
  /** Null where the route does not ask for it, or the stream cannot be resumed. */
  resume: Resume | null;
}

/** Waits until `untilMs`, or until the request is cancelled. */
export function waitUntil(exchange: Exchange, untilMs: number, nowMs: number): Promise<void> {
  if (exchange.cancelled) return Promise.resolve();
  exchange.elsewhereMs += Math.max(0, untilMs - nowMs);
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      exchange.wake = null;
      resolve();
    };
    const timer = setTimeout(settle, Math.max(0, untilMs - nowMs));
    exchange.wake = settle;
  });
}

/** Ends what the request is doing: the attempt under way is cut, a wait is over. */
export function cancelExchange(exchange: Exchange, by: 'client' | 'shutdown'): void {
  if (exchange.cancelled) return;
  exchange.cancelled = by;
  exchange.running?.cancel(by);
  exchange.wake?.();
}

/** Notes an attempt that ended. */
export function noteAttempt(
  exchange: Exchange,
  runtime: EndpointRuntime,
  model: string,
  token: PoolToken | null,
  verdict: { result: string; code: string; summary: string },
  report: AttemptReport,
): void {
  exchange.elsewhereMs += report.durationMs;
  // Of an answer that broke off, what was used until then.
  if (report.committed) exchange.usage = report.usage;
  if (report.observation.kind === 'refused') {
    exchange.refusal = scrubProviderError(report.observation.error, token?.value ?? runtime.endpoint.apiKey);
  }
  exchange.trail.push({
    endpoint: runtime.endpoint.name,
    model,
    token: token?.name ?? null,
    result: verdict.result,
    code: verdict.code,
    status: report.status,
    duration_ms: Math.round(report.durationMs),
    summary: verdict.summary,
  });
}

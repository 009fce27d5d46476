import type { LineWriter } from '@holdfast/runtime/line-writer';
import type { Logger } from '@holdfast/runtime/logger';
import type { Exchange, TrailEntry } from './ingress/exchange.ts';
import type { Refused } from './ingress/receive.ts';
import { NO_CLUSTER, type Outcome } from './metrics/labels.ts';
import { createTimeText } from './time-text.ts';

/** One line per request, with the trail of its attempts; never prompts, answers or secrets. */
export interface AccessLog {
  write(exchange: Exchange, outcome: Outcome, durationMs: number, overheadMs: number): void;
  /** A request that was refused before it had a route. */
  refused(requestId: string, refused: Refused, durationMs: number): void;
  /** A call that was passed through. */
  opaque(call: OpaqueCallLine): void;
  /** The latest requests, oldest first, for the status page. */
  recent(): RequestLine[];
}

export interface RequestLine {
  readonly time: string;
  readonly request_id: string;
  readonly client: string;
  readonly cluster: string;
  readonly model: string;
  readonly endpoint: string;
  readonly outcome: Outcome;
  readonly stream: boolean;
  readonly attempts: number;
  /** How often another attempt went on with the stream; absent when none did. */
  readonly resumed?: number;
  readonly duration_ms: number;
  readonly first_content_ms: number | null;
  readonly overhead_ms: number;
  readonly usage: { readonly inputTokens: number | null; readonly outputTokens: number | null } | null;
  /** The provider told none, this is from the length of the texts; absent when it did. */
  readonly usage_estimated?: true;
  readonly trail: readonly TrailEntry[];
  /** Of a request that was refused before it had a route: what it was told. */
  readonly status?: number;
  readonly code?: string;
}

export interface OpaqueCallLine {
  readonly requestId: string;
  readonly cluster: string;
  readonly outcome: Outcome;
  readonly attempt: TrailEntry;
}

const KEPT = 100;
const PREFIX = '{"level":"info","service":"gateway","msg":"request",';

const fieldsIn = (line: string): RequestLine => JSON.parse(`{${line.slice(PREFIX.length)}`);

/**
 * Puts the line together by hand, in pino's shape: pino's own path costs several times as much per request. Without a
 * writer the same fields go through the logger.
 */
export function createAccessLog(logger: Logger, plain: LineWriter | null): AccessLog {
  const time = createTimeText();
  const kept: string[] = [];
  let next = 0;
  const put = (fields: string): void => {
    const line = `${PREFIX}"time":"${time()}",${fields}}\n`;
    kept[next] = line;
    next = (next + 1) % KEPT;
    if (!logger.isLevelEnabled('info')) return;
    if (plain) plain.write(line);
    else logger.info(fieldsIn(line), 'request');
  };
  return {
    write: (exchange, outcome, durationMs, overheadMs) =>
      put(fieldsOf(exchange, outcome, durationMs, overheadMs)),
    refused(requestId, { status, code, model }, durationMs) {
      const took = Math.round(durationMs);
      put(
        `"request_id":"${requestId}","client":"none","cluster":"${NO_CLUSTER}","model":${text(model)},"endpoint":"none","outcome":"rejected","stream":false,"attempts":0,"duration_ms":${took},"first_content_ms":null,"overhead_ms":${took},"usage":null,"trail":[],"status":${status},"code":${text(code)}`,
      );
    },
    opaque({ requestId, cluster, outcome, attempt }) {
      const { endpoint, model, duration_ms } = attempt;
      put(
        `"request_id":"${requestId}","client":"none","cluster":${text(cluster)},"model":"${model}","endpoint":${text(endpoint)},"outcome":"${outcome}","stream":false,"attempts":1,"duration_ms":${duration_ms},"first_content_ms":null,"overhead_ms":0,"usage":null,"trail":[${trailEntry(attempt)}]`,
      );
    },
    recent: () => (kept.length < KEPT ? kept : [...kept.slice(next), ...kept.slice(0, next)]).map(fieldsIn),
  };
}

function fieldsOf(exchange: Exchange, outcome: Outcome, durationMs: number, overheadMs: number): string {
  const { id, client, route, facts, served, stream, trail, firstContentMs, usage, usageEstimated, resume } =
    exchange;
  const firstContent = firstContentMs === null ? null : Math.round(firstContentMs);
  const used =
    usage === null ? 'null' : `{"inputTokens":${usage.inputTokens},"outputTokens":${usage.outputTokens}}`;
  return `"request_id":"${id}","client":${text(client)},"cluster":${text(route.cluster.cluster.name)},"model":${text(facts.model)},"endpoint":${text(served.endpoint)},"outcome":"${outcome}","stream":${stream !== null},"attempts":${trail.length},${resume?.count ? `"resumed":${resume.count},` : ''}"duration_ms":${Math.round(durationMs)},"first_content_ms":${firstContent},"overhead_ms":${Math.round(overheadMs * 100) / 100},"usage":${used},${usageEstimated ? '"usage_estimated":true,' : ''}"trail":[${trail.map(trailEntry).join(',')}]`;
}

function trailEntry({
  endpoint,
  model,
  token,
  result,
  code,
  status,
  duration_ms,
  summary,
}: TrailEntry): string {
  return `{"endpoint":${text(endpoint)},"model":${text(model)},"token":${token === null ? null : text(token)},"result":"${result}","code":"${code}","status":${status},"duration_ms":${duration_ms},"summary":${text(summary)}}`;
}

/** JSON's own quoting, without asking it where nothing needs escaping. */
const text = (value: string): string => (PLAIN.test(value) ? `"${value}"` : JSON.stringify(value));
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

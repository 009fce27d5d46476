import type { LineWriter } from '@holdfast/runtime/line-writer';
import type { Logger } from '@holdfast/runtime/logger';
import type { Exchange, TrailEntry } from './ingress/exchange.ts';
import type { Outcome } from './metrics.ts';

/** One line per request, with the trail of its attempts; never prompts, answers or secrets. */
export interface AccessLog {
  write(exchange: Exchange, outcome: Outcome, durationMs: number, overheadMs: number): void;
  /** The latest requests, oldest first, for the status page. */
  recent(): readonly RequestLine[];
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
  readonly duration_ms: number;
  readonly first_content_ms: number | null;
  readonly overhead_ms: number;
  readonly usage: { readonly inputTokens: number | null; readonly outputTokens: number | null } | null;
  readonly trail: readonly TrailEntry[];
}

const KEPT = 100;

/**
 * Builds the line by hand, in pino's shape, when it goes to a pipe or a file: pino's own path costs four times as much per
 * request. On a terminal the same fields go through the readable logger.
 */
export function createAccessLog(logger: Logger, plain: LineWriter | null): AccessLog {
  const kept: RequestLine[] = [];
  let next = 0;
  return {
    write(exchange, outcome, durationMs, overheadMs) {
      const line: RequestLine = {
        time: new Date().toISOString(),
        request_id: exchange.id,
        client: exchange.client,
        cluster: exchange.route.cluster.cluster.name,
        model: exchange.facts.model,
        endpoint: exchange.served.endpoint,
        outcome,
        stream: exchange.stream !== null,
        attempts: exchange.trail.length,
        duration_ms: Math.round(durationMs),
        first_content_ms: exchange.firstContentMs === null ? null : Math.round(exchange.firstContentMs),
        overhead_ms: Math.round(overheadMs * 100) / 100,
        usage: exchange.usage,
        trail: exchange.trail,
      };
      kept[next] = line;
      next = (next + 1) % KEPT;
      if (!logger.isLevelEnabled('info')) return;
      if (plain)
        plain.write(`{"level":"info","service":"gateway","msg":"request",${JSON.stringify(line).slice(1)}\n`);
      else logger.info(line, 'request');
    },
    recent: () => (kept.length < KEPT ? kept : [...kept.slice(next), ...kept.slice(0, next)]),
  };
}

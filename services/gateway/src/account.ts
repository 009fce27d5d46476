import { estimateUsage } from '@holdfast/dialects/answers/estimate-usage';
import type { Gateway } from './gateway.ts';
import type { Exchange } from './ingress/exchange.ts';
import type { Outcome } from './metrics/labels.ts';
import type { MetricProtocol } from './metrics.ts';

const isAnswered = (outcome: Outcome): boolean => outcome === 'primary' || outcome === 'fallback';

/** The one place where a request is counted and logged, exactly once, when its answer is on its way. */
export function account(exchange: Exchange, gateway: Gateway, outcome: Outcome): void {
  exchange.outcome = outcome;
  const committedAtMs = exchange.stream?.committedAtMs ?? null;
  if (committedAtMs !== null) exchange.firstContentMs = committedAtMs - exchange.startedMs;
  const cluster = exchange.route.cluster.cluster.name;
  const metrics = gateway.metrics.forCluster(cluster);
  const durationMs = gateway.now() - exchange.startedMs;
  const overheadMs = Math.max(0, durationMs - exchange.elsewhereMs);
  metrics.request(exchange.dialect.protocol as MetricProtocol, outcome);
  if (outcome !== 'cancelled') metrics.duration(exchange.stream !== null, durationMs / 1000);
  metrics.overhead(overheadMs / 1000);
  if (exchange.firstContentMs !== null) metrics.firstContent(exchange.firstContentMs / 1000);
  if (exchange.usage) metrics.usage(exchange.routing.labelFor(exchange.served.model), exchange.usage);
  if (exchange.usage === null && isAnswered(outcome) && exchange.dialect.conversational) {
    exchange.usage = estimateUsage(exchange.facts.approxInputChars, exchange.answer);
    exchange.usageEstimated = true;
  }
  gateway.accessLog.write(exchange, outcome, durationMs, overheadMs);
}

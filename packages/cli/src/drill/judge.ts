import type { Config, Route } from '@holdfast/config/types';
import type { Reply } from './ask.ts';
import { routeOf } from './drilled-model.ts';
import type { DrillScenario } from './scenarios.ts';

/** The gateway's deadline is its clients' too; this much is left for the way. */
export const SLACK_MS = 2_000;

export interface Played {
  readonly scenario: DrillScenario;
  readonly config: Config;
  readonly route: Route;
  readonly replies: readonly Reply[];
  /** By the gateway's count. */
  readonly canned: number;
}

/**
 * What a row of the drill failed by; null: it passed. Nobody waits past `retry.max_total_time`, and every error is a proper one. An
 * outage of one endpoint, or of the store, reaches no client, and needs no canned answer where something else works. When every
 * endpoint is dead, errors are right only if no canned answers are configured.
 */
export function judge({ scenario, config, route, replies, canned }: Played): string | null {
  const late = replies.filter(({ tookMs }) => tookMs > route.retry.maxTotalTimeMs + SLACK_MS);
  if (late.length > 0) return `${late.length} answered after retry.max_total_time`;
  const improper = replies.find(({ honest }) => !honest);
  if (improper) return `a client got no proper answer or error: ${improper.error}`;
  const errors = new Set(replies.flatMap(({ error }) => error ?? []));
  if (scenario.breaks === 'all') {
    const isRight = errors.size === 0 || route.fallback.mode === 'error';
    return isRight ? null : `clients got ${[...errors].join(', ')} instead of canned answers`;
  }
  const somethingWorks = scenario.breaks === 'nothing' || hasAlternative(config, route);
  if (errors.size > 0 && !somethingWorks)
    return 'nothing to fall back to: add an endpoint, fallback_models, or fallback.mode: canned';
  if (errors.size > 0) return `clients got ${[...errors].join(', ')}`;
  return canned > 0 && somethingWorks
    ? `${canned} canned answers although an endpoint works: is retry.max_total_time too short for retry.max_attempts timeouts?`
    : null;
}

/** Whether requests of this route have somewhere to go when the primary of its cluster is out. */
function hasAlternative(config: Config, { cluster: name, fallbackModels }: Route): boolean {
  const { endpoints, protocol } = config.clusters.find((cluster) => cluster.name === name)!;
  if (endpoints.length > 1) return true;
  return fallbackModels.some((model) => {
    const other = routeOf(config, model)?.cluster;
    return (
      other !== name &&
      config.clusters.some((cluster) => cluster.name === other && cluster.protocol === protocol)
    );
  });
}

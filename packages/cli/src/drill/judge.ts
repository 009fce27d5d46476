import type { Config, Route } from '@holdfast/config/types';
import { counted } from '../terminal/format.ts';
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
  /** Canned answers, by the gateway's count: when the outage was new, and when it was known. */
  readonly canned: { readonly first: number; readonly later: number };
  readonly heldBackByBudget: number;
}

export interface Judgement {
  readonly passed: boolean;
  /** What it failed by, or what is worth knowing though it passed; null: nothing. */
  readonly why: string | null;
}

/**
 * Nobody waits past `retry.max_total_time`, and every error is a proper one. An outage of one endpoint, or of the store, reaches
 * no client; once it is known, no canned answer stands in for an endpoint that works. When every endpoint is dead, errors are
 * right only if no canned answers are configured.
 */
export function judge({ scenario, config, route, replies, canned, heldBackByBudget }: Played): Judgement {
  const late = replies.filter(({ tookMs }) => tookMs > route.retry.maxTotalTimeMs + SLACK_MS);
  if (late.length > 0) return failed(`${late.length} answered after retry.max_total_time`);
  const improper = replies.find(({ honest }) => !honest);
  if (improper) return failed(`a client got no proper answer or error: ${improper.error}`);
  const errors = new Set(replies.flatMap(({ error }) => error ?? []));
  if (scenario.breaks === 'all') {
    const isRight = errors.size === 0 || route.fallback.mode === 'error';
    return isRight ? passed() : failed(`clients got ${[...errors].join(', ')} instead of canned answers`);
  }
  const somethingWorks = scenario.breaks === 'nothing' || hasAlternative(config, route);
  if (errors.size > 0) {
    return failed(
      somethingWorks
        ? `clients got ${[...errors].join(', ')}`
        : 'nothing to fall back to: add an endpoint, fallback_models, or fallback.mode: canned',
    );
  }
  if (!somethingWorks) return passed();
  if (canned.later > 0) return failed(`${counted(canned.later, 'canned answer')} although an endpoint works`);
  if (canned.first === 0) return passed();
  const cause =
    heldBackByBudget > 0
      ? `retry.budget held back ${counted(heldBackByBudget, 'attempt')}`
      : 'is retry.max_total_time too short for retry.max_attempts timeouts?';
  return passed(`${counted(canned.first, 'canned answer')} before the outage was known: ${cause}`);
}

const passed = (why: string | null = null): Judgement => ({ passed: true, why });
const failed = (why: string): Judgement => ({ passed: false, why });

/** Whether requests of this route have somewhere to go when the primary of its cluster is out. */
function hasAlternative(config: Config, { cluster: name, fallbackModels }: Route): boolean {
  const { endpoints } = config.clusters.find((cluster) => cluster.name === name)!;
  if (endpoints.length > 1) return true;
  return fallbackModels.some((model) => {
    const other = routeOf(config, model)?.cluster;
    return other !== undefined && other !== name;
  });
}

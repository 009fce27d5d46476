import type { Config } from '@holdfast/config/types';
import { blockOf } from '@holdfast/core/tokens/token-state';
import { composeGateway, type RunningGateway } from '@holdfast/gateway/compose';
import type { Logger } from '@holdfast/runtime/logger';
import type { Simulator } from '@holdfast/simulator/simulator';
import { openState } from '@holdfast/state/open-state';
import { probeDirectly } from '../check/probe-directly.ts';
import { alertsThatWouldFire } from './alerts-that-would-fire.ts';
import { asConfiguredMs } from './as-configured.ts';
import type { Reply } from './ask.ts';
import { heldBackByBudget, outcomeCounts } from './counters.ts';
import type { DrilledModel } from './drilled-model.ts';
import { judge, SLACK_MS } from './judge.ts';
import type { DrillScenario } from './scenarios.ts';
import { MAX_REQUESTS, sendTraffic } from './traffic.ts';
import { primaryOf, twinConfig } from './twin-config.ts';

/** One outage played against one cluster. Times are as configured, whatever the speed. */
export interface DrillRow {
  readonly scenario: string;
  readonly what: string;
  readonly cluster: string;
  readonly model: string;
  readonly requests: number;
  readonly client_errors: number;
  /** The longest that a client waited when the outage was new. */
  readonly failover_ms: number;
  /** The median when it was known. */
  readonly then_ms: number;
  /** By the gateway's own count. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly alerts: readonly string[];
  readonly passed: boolean;
  /** What it failed by, or what is worth knowing though it passed. */
  readonly why: string | null;
}

export interface RowOptions {
  /** Already at the drill's speed. */
  readonly config: Config;
  readonly speed: number;
  readonly scenario: DrillScenario;
  readonly drilled: DrilledModel;
  readonly simulator: Simulator;
  readonly deadUrl: string;
  readonly logger: Logger;
}

/** That the machine of the drill is busy is no outage: nothing is shed for it. */
const CALM = { read: () => ({ loopDelayMs: 0, heapShare: 0 }), stop() {} };

/** A gateway of its own with the twins behind it, in-process state (or a Redis that is away), and bounded traffic. */
export async function runRow(options: RowOptions): Promise<DrillRow> {
  const { config, speed, scenario, drilled, deadUrl, logger } = options;
  const { model, route } = drilled;
  const twins = twinConfig({ ...options, cluster: route.cluster });
  const cluster = twins.clusters.find(({ name }) => name === route.cluster)!;
  const state = await openState(scenario.stateStoreAway ? redisAt(deadUrl) : null, logger);
  const gateway = await composeGateway({ config: twins, state, logger, pressure: CALM });
  try {
    const [{ first, later }, probed] = await Promise.all([
      sendTraffic({
        gatewayUrl: gateway.url,
        protocol: primaryOf(twins, cluster.name).protocol,
        model,
        streamsOnly: scenario.streamsOnly ?? false,
        timeoutMs: route.retry.maxTotalTimeMs + 2 * SLACK_MS,
        atLeast: config.alerts.fallbackRatio.minRequests,
      }),
      probeDirectly({ ...twins, clusters: [cluster] }),
    ]);
    const replies = [...first, ...later];
    const outcomes = await outcomeCounts(gateway, cluster.name);
    const lines = new Map(gateway.gateway.accessLog.recent().map((line) => [line.request_id, line]));
    const lineOf = ({ requestId }: Reply) => lines.get(requestId ?? '');
    const cannedIn = (some: readonly Reply[]) =>
      some.filter((reply) => lineOf(reply)?.outcome === 'canned').length;
    const times = (some: readonly Reply[]) =>
      some.map((reply) => asConfiguredMs(reply, lineOf(reply), speed)).sort((a, b) => a - b);
    const { passed, why } = judge({
      scenario,
      config,
      route,
      replies,
      canned: { first: cannedIn(first), later: cannedIn(later) },
      heldBackByBudget: await heldBackByBudget(gateway),
    });
    const pools = new Set(cluster.endpoints.flatMap(({ tokenPool }) => tokenPool ?? []));
    return {
      scenario: scenario.name,
      what: scenario.what,
      cluster: cluster.name,
      model,
      requests: replies.length,
      client_errors: replies.filter(({ ok }) => !ok).length,
      failover_ms: Math.round(times(first).at(-1)!),
      then_ms: Math.round(percentile(times(later), 0.5)),
      outcomes,
      alerts: alertsThatWouldFire({
        alerts: config.alerts,
        outcomes,
        p95Ms: percentile(times(replies), 0.95),
        stateStoreUp: state.up,
        probed,
        pools: [...pools].map((pool) => poolCounts(gateway, pool)),
        maxRequests: MAX_REQUESTS,
      }),
      passed,
      why,
    };
  } finally {
    await gateway.close();
    await state.close();
  }
}

const redisAt = (httpUrl: string) => `redis://${new URL(httpUrl).host}`;

const percentile = (ascending: readonly number[], share: number) =>
  ascending[Math.floor(ascending.length * share)]!;

function poolCounts({ gateway }: RunningGateway, pool: string): { available: number; total: number } {
  const tokens = Object.values(gateway.tokens.snapshot(pool)?.tokens ?? {});
  const available = tokens.filter((token) => blockOf(token, null, gateway.now()) === null).length;
  return { available, total: tokens.length };
}

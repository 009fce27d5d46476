import type { Config } from '@holdfast/config/types';
import { ServiceAway } from '../suite/service-error.ts';
import type { SuiteClient } from '../suite/suite-client.ts';
import { type ProbedEndpoint, probeDirectly } from './probe-directly.ts';

export interface LiveCheck {
  readonly by: 'health-checker' | 'this command';
  readonly results: readonly ProbedEndpoint[];
}

/** A probe takes at most two calls, each with the configured timeout, and a refused field one more. */
const CALLS = 3;
const SLACK_MS = 5_000;

/**
 * Probes now: by the running health-checker, so that the whole suite learns what is found. Where none runs, or the suite
 * may run another configuration (`suite` null), from here. Rejects with ServiceRefused.
 */
export async function probeLive(config: Config, suite: SuiteClient | null): Promise<LiveCheck> {
  if (suite) {
    try {
      const timeoutMs = CALLS * config.health.timeoutMs + SLACK_MS;
      const options = { body: {}, timeoutMs };
      const { results } = await suite.ask<{ results: ProbedEndpoint[] }>(
        'health-checker',
        '/api/check',
        options,
      );
      return { by: 'health-checker', results };
    } catch (error) {
      if (!(error instanceof ServiceAway)) throw error;
    }
  }
  return { by: 'this command', results: await probeDirectly(config) };
}

/** `down`: a cluster has no endpoint that works. */
export function stateOfProbes(results: readonly ProbedEndpoint[]): 'ok' | 'degraded' | 'down' {
  const clusters = Object.values(Object.groupBy(results, ({ cluster }) => cluster));
  if (clusters.some((endpoints) => endpoints!.every(({ state }) => state === 'down'))) return 'down';
  return results.every(({ state }) => state === 'up' || state === 'unknown') ? 'ok' : 'degraded';
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { createLogger } from '@holdfast/runtime/logger';
import type { Simulator } from '@holdfast/simulator/simulator';
import { readAvailability } from '@holdfast/state/availability';
import { createInProcessState } from '@holdfast/state/in-process-state';
import type { AvailabilityEntry } from '@holdfast/state/records';
import type { SharedState } from '@holdfast/state/shared-state';
import { composeHealthChecker, type HealthChecker, type HealthCheckerOptions } from '../src/compose.ts';

export interface TestChecker extends HealthChecker, AsyncDisposable {
  readonly state: SharedState;
  lines(): Record<string, unknown>[];
  ask(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<{ status: number; body: Record<string, never> & Record<string, unknown> }>;
  /** A published entry, once there is one that fits. */
  entry(id: string, fits?: (entry: AvailabilityEntry) => boolean): Promise<AvailabilityEntry>;
  /** One sample of `/metrics` by its full name with labels; undefined when absent. */
  metric(sample: string): Promise<number | undefined>;
}

/** What a test writes of `holdfast.yaml`, as an object. */
export type ConfigFile = Record<string, unknown>;

/** A configuration read like a user's file, with ports of its own and a schedule that leaves the test alone. */
export function readConfig(file: ConfigFile): Config {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-config-'));
  const { health, server, services, ...rest } = file;
  const written = {
    version: 1,
    ...rest,
    health: { schedule: '0 0 1 1 *', failure_queue_interval: '200ms', ...(health as object) },
    server: { port: 0, admin_port: 0, ...(server as object) },
    services: { health_checker: { port: 0 }, ...(services as object) },
  };
  try {
    const config = path.join(directory, 'holdfast.yaml');
    writeFileSync(config, JSON.stringify(written));
    return loadConfig({ path: config, env: {} });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** One cluster `main` whose endpoints are the simulator's upstreams of these names. */
export function clusterOf(
  simulator: Simulator,
  names: readonly string[],
  extra: ConfigFile = {},
): ConfigFile {
  return {
    clusters: {
      main: {
        protocol: 'openai',
        endpoints: names.map((name, index) => ({
          name,
          base_url: simulator.baseUrl(name),
          api_key: `sk-${name}-key`,
          priority: index + 1,
          ...extra,
        })),
      },
    },
    routes: [{ model: 'gpt-4o-mini', cluster: 'main' }],
  };
}

export async function startHealthChecker(
  file: ConfigFile | Config,
  options: Partial<HealthCheckerOptions> = {},
): Promise<TestChecker> {
  const state = options.state ?? createInProcessState();
  let text = '';
  const destination = {
    write(line: string) {
      text += line;
    },
  };
  const logger = createLogger({ service: 'health-checker', level: 'debug', destination });
  const config = 'source' in file ? (file as Config) : readConfig(file);
  const running = await composeHealthChecker({ config, logger, ...options, state });
  return {
    ...running,
    state,
    lines: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async ask(method, target, { body, headers = {} } = {}) {
      const response = await fetch(running.url + target, {
        method,
        headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as never };
    },
    async entry(id, fits = () => true) {
      let last: AvailabilityEntry | undefined;
      await until(async () => {
        last = (await readAvailability(state).catch(() => undefined))?.get(id); // the store may be away
        return last !== undefined && fits(last);
      });
      return last!;
    },
    async metric(sample) {
      const page = await (await fetch(`${running.url}/metrics`)).text();
      const line = page.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
      return line === undefined ? undefined : Number(line.slice(sample.length + 1));
    },
    [Symbol.asyncDispose]: () => running.close(),
  };
}

/** Asks until the answer is yes; for what happens behind the service's back. */
export async function until(question: () => Promise<boolean> | boolean, withinMs = 8_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await question())) {
    if (performance.now() > deadline) throw new Error(`did not come true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { createLogger } from '@holdfast/runtime/logger';
import type { Simulator } from '@holdfast/simulator/simulator';
import { createInProcessState } from '@holdfast/state/in-process-state';
import type { SharedState } from '@holdfast/state/shared-state';
import { composeGateway, type RunningGateway } from '../src/compose.ts';
import type { ServerLimits } from '../src/ingress/client-server.ts';
import type { ClientTimers } from '../src/respond/client-stream.ts';
import type { PressureSource } from '../src/states/load-shedding.ts';

export interface TestGateway extends RunningGateway, AsyncDisposable {
  readonly state: SharedState;
  /** Every line logged so far. */
  lines(): Record<string, unknown>[];
  /** POSTs JSON to the client port. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** One sample of `/metrics` by its full name with labels; undefined when absent. */
  metric(sample: string): Promise<number | undefined>;
}

/** What a test writes of `holdfast.yaml`, as an object. */
export type ConfigFile = Record<string, unknown>;

/** A configuration with quick retries, read like a user's file. */
export function readConfig(file: ConfigFile, env: NodeJS.ProcessEnv = {}): Config {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-config-'));
  try {
    const config = path.join(directory, 'holdfast.yaml');
    writeFileSync(
      config,
      JSON.stringify({
        version: 1,
        ...QUICK,
        ...file,
        server: { port: 0, admin_port: 0, ...(file.server as object) },
      }),
    );
    return loadConfig({ path: config, env });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const QUICK = { retry: { base_delay: '10ms', max_delay: '40ms' } };

export interface StartOptions {
  readonly state?: SharedState;
  readonly env?: NodeJS.ProcessEnv;
  readonly random?: () => number;
  readonly now?: () => number;
  readonly clientTimers?: Partial<ClientTimers>;
  readonly serverLimits?: Partial<ServerLimits>;
  readonly pressure?: PressureSource;
}

/** A gateway on free ports; disposes itself. */
export async function startGateway(
  file: ConfigFile,
  {
    state = createInProcessState(),
    env,
    random,
    now,
    clientTimers,
    serverLimits,
    pressure,
  }: StartOptions = {},
): Promise<TestGateway> {
  const sink = new PassThrough();
  let text = '';
  sink.on('data', (chunk) => {
    text += chunk;
  });
  const logger = createLogger({ service: 'gateway', level: 'debug', destination: sink });
  const running = await composeGateway({
    config: readConfig(file, env),
    state,
    logger,
    ...(random ? { random } : {}),
    ...(now ? { now } : {}),
    ...(clientTimers ? { clientTimers } : {}),
    ...(serverLimits ? { serverLimits } : {}),
    ...(pressure ? { pressure } : {}),
  });
  return {
    ...running,
    state,
    lines: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    post: (target, body, headers = {}) =>
      fetch(running.url + target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async metric(sample) {
      const metrics = await (await fetch(`${running.adminUrl}/metrics`)).text();
      const line = metrics.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
      return line === undefined ? undefined : Number(line.slice(sample.length + 1));
    },
    [Symbol.asyncDispose]: () => running.close(),
  };
}

/** An endpoint at each of these upstreams, the first one asked first. */
export const tiers = (simulator: Simulator, names: readonly string[], more: object = {}) =>
  names.map((name, index) => ({
    name,
    base_url: simulator.baseUrl(name),
    api_key: `sk-${name}`,
    priority: index + 1,
    ...more,
  }));

/** The smallest useful chat request. */
export const chat = (model = 'gpt-4o', more: Record<string, unknown> = {}) => ({
  model,
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
});

/** What tests look at in an answer or an error, whichever it is. */
export interface AnyAnswer {
  readonly choices: { readonly message: { readonly content: string }; readonly finish_reason: string }[];
  readonly content: { readonly text: string }[];
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string | null;
    readonly param: string | null;
    readonly attempts: unknown[];
  };
}

export const readAnswer = async (response: Response): Promise<AnyAnswer> =>
  (await response.json()) as AnyAnswer;

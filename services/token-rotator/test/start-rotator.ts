import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { fitPoolState, mergePools, type PoolState } from '@holdfast/core/tokens/pool-state';
import type { TokenEvent } from '@holdfast/core/tokens/token-state';
import { createLogger } from '@holdfast/runtime/logger';
import { createInProcessState } from '@holdfast/state/in-process-state';
import type { SharedState } from '@holdfast/state/shared-state';
import { createTokenReporter } from '@holdfast/state/token-reporter';
import { watchTokenPools } from '@holdfast/state/token-watch';
import { composeTokenRotator, type TokenRotator } from '../src/compose.ts';
import type { TokenStats } from '../src/http/token-stats.ts';

/** What a test writes of `holdfast.yaml`, as an object. */
export type ConfigFile = Record<string, unknown>;

/** A configuration with pools of tokens written `name:account`, read like a user's file. The values are `value-of-<name>`. */
export function configOf(
  pools: Record<string, readonly string[]>,
  {
    baseUrl = 'http://127.0.0.1:9/v1',
    probe = 'none',
    ...more
  }: ConfigFile & { baseUrl?: string; probe?: string } = {},
): Config {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-config-'));
  const names = Object.keys(pools);
  const file = {
    version: 1,
    services: { token_rotator: { port: 0 } },
    token_pools: Object.fromEntries(
      Object.entries(pools).map(([pool, tokens]) => [
        pool,
        {
          tokens: tokens.map((text) => {
            const [name, account] = text.split(':');
            return { name, account, value: `value-of-${name}` };
          }),
        },
      ]),
    ),
    clusters: {
      main: {
        protocol: 'openai',
        endpoints:
          names.length === 0
            ? [{ name: 'plain', base_url: baseUrl, api_key: 'none', probe }]
            : names.map((pool) => ({ name: pool, base_url: baseUrl, token_pool: pool, probe })),
      },
    },
    routes: [
      { model: 'gpt-4o', cluster: 'main' },
      { model: '*', cluster: 'main' },
    ],
    ...more,
  };
  try {
    const config = path.join(directory, 'holdfast.yaml');
    writeFileSync(config, JSON.stringify(file));
    return loadConfig({ path: config, env: {} });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export interface TestRotator extends TokenRotator, AsyncDisposable {
  readonly state: SharedState;
  lines(): Record<string, unknown>[];
  get(target: string, headers?: Record<string, string>): Promise<Response>;
  post(target: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  stats(pool?: string): Promise<TokenStats>;
  /** One sample of `/metrics` by its full name with labels; undefined when absent. */
  metric(sample: string): Promise<number | undefined>;
}

/** A token-rotator on a free port; disposes itself, not the state. */
export async function startRotator(
  config: Config,
  { state = createInProcessState(), now }: { state?: SharedState; now?: () => number } = {},
): Promise<TestRotator> {
  const sink = new PassThrough();
  let text = '';
  sink.on('data', (chunk) => {
    text += chunk;
  });
  const logger = createLogger({ service: 'token-rotator', level: 'debug', destination: sink });
  const running = await composeTokenRotator({ config, state, logger, ...(now ? { now } : {}) });
  const get = (target: string, headers = {}) => fetch(running.url + target, { headers });
  return {
    ...running,
    state,
    get,
    lines: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    post: (target, body, headers = {}) =>
      fetch(running.url + target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    stats: async (pool) =>
      (await (
        await get(`/v1/tokens/stats${pool === undefined ? '' : `?pool=${pool}`}`)
      ).json()) as TokenStats,
    async metric(sample) {
      const metrics = await (await get('/metrics')).text();
      const line = metrics.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
      return line === undefined ? undefined : Number(line.slice(sample.length + 1));
    },
    [Symbol.asyncDispose]: () => running.close(),
  };
}

/** What a gateway does with tokens besides using them: reports, and merges what is published. */
export interface TestGateway extends AsyncDisposable {
  report(token: string, event: TokenEvent, model?: string): void;
  /** All reports are in the stream. */
  flush(): Promise<void>;
  known(): PoolState;
}

export async function startReporting(
  config: Config,
  state: SharedState,
  now: () => number = Date.now,
): Promise<TestGateway> {
  const pool = config.tokenPools[0]!;
  let known = fitPoolState(pool, null);
  const reporter = createTokenReporter({ state, now });
  const watch = watchTokenPools({
    state,
    now,
    pools: () => [pool],
    onPool: (_pool, published) => {
      known = mergePools(known, published);
    },
    known: () => known,
  });
  await watch.readAll();
  return {
    report(token, event, model = 'gpt-4o') {
      const { account } = pool.tokens.find(({ name }) => name === token)!;
      reporter.report(pool.name, { token, account, model }, { result: 'rate_limited', event });
    },
    flush: () => reporter.flush(),
    known: () => known,
    async [Symbol.asyncDispose]() {
      watch.stop();
      await reporter.close();
    },
  };
}

/** Resolves once `check` holds or throws nothing; rejects with its last answer after 8 s. */
export async function until<T>(check: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + 8000;
  for (;;) {
    let last: unknown;
    try {
      const result = await check();
      if (result) return result;
      last = new Error('never came true');
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw last;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const failure: TokenEvent = { kind: 'failure' };
export const dead: TokenEvent = { kind: 'dead' };
export const dayQuota = (model: string, delayMs: number): TokenEvent => ({
  kind: 'bench',
  scope: 'account',
  model,
  delayMs,
  provenance: 'authoritative',
  reason: 'day_quota',
});
export const cooled = (delayMs: number): TokenEvent => ({
  kind: 'bench',
  scope: 'token',
  model: null,
  delayMs,
  provenance: 'authoritative',
  reason: 'rate_limited',
});

import { isDeepStrictEqual } from 'node:util';
import type { Behaviour } from '@holdfast/simulator/behaviour';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect } from '@jest/globals';
import { type Counts, counted, readCounters, sorted } from './counters.ts';
import { startSuiteProcess } from './suite-process.ts';
import { pause } from './until.ts';

const endpoint = (simulator: Simulator, name: string, more: object = {}) => ({
  name,
  base_url: simulator.baseUrl(name),
  api_key: `sk-${name}`,
  ...more,
});
export const MAIN = ['primary', 'secondary'];
export const RESULTS: readonly (readonly [result: string, outcome: string, behaviour: Behaviour])[] = [
  ['timeout', 'exhausted', { stall: 'before_headers' }],
  ['connect_error', 'exhausted', { reset: 'before_headers' }],
  ['rate_limited', 'exhausted', { fault: 'openai_429' }],
  ['quota_exhausted', 'exhausted', { fault: 'insufficient_quota' }],
  ['auth_error', 'exhausted', { fault: 'invalid_key' }],
  ['overloaded', 'exhausted', { fault: 'server_503' }],
  ['server_error', 'exhausted', { status: 500 }],
  ['client_error', 'rejected', { fault: 'bad_request' }],
  ['bad_response', 'exhausted', { fault: 'html' }],
  ['empty_response', 'exhausted', { fault: 'empty_content' }],
];
const CLIENTS = 40;
export const LIMIT = 4;

const configFor = (simulator: Simulator) => ({
  server: {
    host: '127.0.0.1',
    admin_keys: ['admin-key'],
    client_keys: Array.from({ length: CLIENTS }, (_, n) => `client-key-${n}`),
  },
  rate_limit: { enabled: true, per_minute: LIMIT },
  retry: { max_attempts: 1, base_delay: '1ms', max_delay: '1ms' },
  breaker: { max_failures: 1000 },
  health: { schedule: '0 0 1 1 *', failure_queue_interval: '1h', probe: 'none' },
  token_pools: {
    github: {
      tokens: ['A', 'B'].map((name) => ({ name, value: `token-${name}`, account: name })),
    },
  },
  clusters: {
    main: {
      endpoints: MAIN.map((name, tier) => endpoint(simulator, name, { priority: tier + 1, probe: 'models' })),
    },
    spare: { endpoints: [endpoint(simulator, 'third')] },
    chatted: { endpoints: [endpoint(simulator, 'chatted', { probe: 'chat' })] },
    stuck: {
      endpoints: ['broken', 'stalled'].map((name, tier) => endpoint(simulator, name, { priority: tier + 1 })),
    },
    claude: { protocol: 'anthropic', endpoints: [endpoint(simulator, 'claude')] },
    github: {
      endpoints: [{ name: 'github', base_url: simulator.baseUrl('github'), token_pool: 'github' }],
    },
    tags: { endpoints: [endpoint(simulator, 'tags')] },
    ...Object.fromEntries(
      RESULTS.map(([result]) => [result, { endpoints: [endpoint(simulator, result, { timeout: '200ms' })] }]),
    ),
  },
  routes: [
    { model: 'gpt', cluster: 'main', retry: { max_attempts: 2 }, fallback_models: ['spare'] },
    { model: 'alone', cluster: 'main' },
    { model: 'canned', cluster: 'main', fallback: { mode: 'canned' } },
    { model: 'cached', cluster: 'main', cache: { enabled: true } },
    { model: 'paced', cluster: 'main', throttle: { min_interval: '300ms' } },
    { model: 'patient', cluster: 'main', retry: { max_attempts: 4 } },
    { model: 'stuck', cluster: 'stuck', retry: { max_attempts: 4 } },
    { model: 'spare', cluster: 'spare' },
    { model: 'claude', cluster: 'claude' },
    { model: 'gpt-4o', cluster: 'github', retry: { max_attempts: 2 } },
    { model: 'tags', cluster: 'tags' },
    ...RESULTS.map(([result]) => ({ model: result, cluster: result })),
  ],
  tagging: { model: 'tags', max_retries: 0, fallback_models: [] },
});

const PORTS = ['GATEWAY', 'ADMIN', 'HEALTH_CHECKER', 'TOKEN_ROTATOR', 'TAGGER', 'SIMULATOR'];
const SETTLED_MS = 20_000;

/** All four services in one process over a simulator, and what they count. */
export async function startCountingSuite() {
  const stack = new AsyncDisposableStack();
  const simulator = stack.use(await startSimulator());
  const suite = stack.use(
    startSuiteProcess({
      args: ['serve', 'all'],
      config: configFor(simulator),
      env: Object.fromEntries(PORTS.map((name) => [`HOLDFAST_${name}_PORT`, '0'])),
    }),
  );
  await suite.waitForOutput(/Try it:/);
  const urlOf = (row: string) => new RegExp(`^ *${row} +(http://[^\\s/]+)`, 'm').exec(suite.output())![1]!;
  const url = urlOf('gateway');
  const admin = urlOf('status page');
  const pages = [admin, urlOf('health-checker'), urlOf('token-rotator'), urlOf('tagger')];
  const everCounted = new Set<string>();
  let before: Counts = {};
  let client = 0;
  return {
    simulator,
    /** Samples that any comparison has seen move. */
    everCounted,
    url,
    admin,
    /** A key that nobody has used: the limit is per client. */
    nextClient: () => ({ authorization: `Bearer client-key-${client++}` }),
    send: (path: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: body instanceof FormData ? body : JSON.stringify(body),
        ...(signal ? { signal } : {}),
      }),
    /** Since the last comparison exactly this was counted, of all that the suite counts. */
    async expectCounted(expected: Counts): Promise<void> {
      const deadline = performance.now() + SETTLED_MS;
      const difference = async () => {
        after = await readCounters(pages);
        return counted(before, after).map(([sample, count]) =>
          expected[sample] === SOME ? ([sample, SOME] as const) : ([sample, count] as const),
        );
      };
      let after: Counts = {};
      let found = await difference();
      while (!isDeepStrictEqual(found, sorted(expected)) && performance.now() < deadline) {
        await pause(50);
        found = await difference();
      }
      before = after;
      expect(found).toEqual(sorted(expected));
      for (const [sample] of found) everCounted.add(sample);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export const ADMIN = { authorization: 'Bearer admin-key' };
/** More than none. */
export const SOME = Number.POSITIVE_INFINITY;

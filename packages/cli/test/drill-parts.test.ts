import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import type { RequestLine } from '@holdfast/gateway/access-log';
import { describe, expect, test } from '@jest/globals';
import type { ProbedEndpoint } from '../src/check/probe-directly.ts';
import { alertsThatWouldFire, type Evidence } from '../src/drill/alerts-that-would-fire.ts';
import { asConfiguredMs } from '../src/drill/as-configured.ts';
import type { Reply } from '../src/drill/ask.ts';
import { modelFor } from '../src/drill/drilled-model.ts';
import { judge, type Played } from '../src/drill/judge.ts';
import { SCENARIOS } from '../src/drill/scenarios.ts';
import { speedFor, speedUp } from '../src/drill/speed.ts';
import { type ConfigFile, writeConfig } from './support/config-file.ts';

const endpoint = (name: string, more: object = {}) => ({
  name,
  base_url: `http://127.0.0.1:10/${name}/v1`,
  api_key: 'key-of-an-endpoint',
  ...more,
});

function configOf(file: ConfigFile): Config {
  using config = writeConfig(file);
  return loadConfig({ path: config.path, env: {} });
}

describe('what a drill asks for', () => {
  const config = configOf({
    clusters: {
      exact: { endpoints: [endpoint('a')] },
      mapped: { endpoints: [endpoint('b', { models: { 'llama-70b': 'meta/llama' } })] },
      globbed: { endpoints: [endpoint('c')] },
      unused: { endpoints: [endpoint('d')] },
    },
    routes: [
      { model: 'gpt-4o', cluster: 'exact' },
      { model: 'llama*', cluster: 'mapped' },
      { model: 'gpt-?-*', cluster: 'globbed' },
    ],
  });

  test.each([
    ['exact', 'gpt-4o'],
    ['mapped', 'llama-70b'],
    ['globbed', 'gpt-x-drill'],
  ])('of cluster %s is %s', (cluster, model) => {
    expect(modelFor(config, cluster)?.model).toBe(model);
  });

  test('of a cluster without a route is nothing', () => {
    expect(modelFor(config, 'unused')).toBeNull();
  });

  test('is never a name that an earlier route takes', () => {
    const shadowed = configOf({
      clusters: { first: { endpoints: [endpoint('a')] }, second: { endpoints: [endpoint('b')] } },
      routes: [
        { model: 'gpt-*', cluster: 'first' },
        { model: 'gpt-4o*', cluster: 'second' },
      ],
    });
    expect(modelFor(shadowed, 'second')).toBeNull();
  });
});

describe('the speed of a drill', () => {
  const routesOf = (file: ConfigFile) => {
    const config = configOf({ clusters: { main: { endpoints: [endpoint('a')] } }, ...(file as object) });
    return { config, speed: speedFor(config, config.routes) };
  };

  test('shortens retry.max_total_time to six seconds, and everything with it', () => {
    const { config, speed } = routesOf({});
    expect(speed).toBe(20);
    const fast = speedUp(config, speed);
    expect(fast.routes[0]!.retry).toMatchObject({ maxTotalTimeMs: 6000, baseDelayMs: 100, maxAttempts: 4 });
    expect(fast.routes[0]!.timeouts).toMatchObject({
      firstContentMs: 1500,
      connectMs: config.timeouts.connectMs,
    });
    expect(fast.breaker).toMatchObject({ openForMs: 1500, maxFailures: 3 });
  });

  test('leaves at least half a second for the first content', () => {
    expect(routesOf({ timeouts: { first_content: '5s' } }).speed).toBe(10);
  });

  test('never slows down', () => {
    expect(routesOf({ retry: { max_total_time: '2s' } }).speed).toBe(1);
  });

  test('is taken out of the times: timeouts and pauses count so many times, work once', () => {
    const line = {
      duration_ms: 1710,
      overhead_ms: 5,
      trail: [
        { result: 'timeout', duration_ms: 1500 },
        { result: 'ok', duration_ms: 5 },
      ],
    } as unknown as RequestLine;
    const reply = { tookMs: 1712 } as Reply;
    expect(asConfiguredMs(reply, line, 20)).toBe(1712 + 19 * (1500 + 200));
    expect(asConfiguredMs(reply, line, 1)).toBe(1712);
    expect(asConfiguredMs(reply, undefined, 20)).toBe(20 * 1712);
  });
});

describe('the verdict on an outage', () => {
  const lone = configOf({ clusters: { main: { endpoints: [endpoint('a')] } } });
  const two = configOf({ clusters: { main: { endpoints: [endpoint('a'), endpoint('b')] } } });
  const canned = configOf({
    fallback: { mode: 'canned' },
    clusters: { main: { endpoints: [endpoint('a')] } },
  });
  const reply = (more: Partial<Reply> = {}): Reply => ({
    ok: true,
    honest: true,
    error: null,
    tookMs: 10,
    requestId: 'r',
    ...more,
  });
  const failed = reply({ ok: false, error: '502 all_attempts_failed' });
  const verdict = (name: string, config: Config, replies: Reply[], more: Partial<Played> = {}) =>
    judge({
      scenario: SCENARIOS.find((scenario) => scenario.name === name)!,
      config,
      route: config.routes[0]!,
      replies,
      canned: { first: 0, later: 0 },
      heldBackByBudget: 0,
      ...more,
    });

  test.each<[string, Config, Reply[], RegExp | null]>([
    ['primary-502', two, [reply()], null],
    ['primary-502', two, [failed], /^clients got 502 all_attempts_failed$/],
    ['primary-502', lone, [failed], /^nothing to fall back to/],
    ['primary-502', two, [reply({ tookMs: 123_000 })], /^1 answered after retry\.max_total_time$/],
    ['redis-away', lone, [failed], /^clients got/],
    ['all-dead', lone, [failed], null],
    ['all-dead', canned, [reply()], null],
    ['all-dead', canned, [failed], /instead of canned answers$/],
    ['all-dead', lone, [reply({ ok: false, honest: false, error: 'cut' })], /^a client got no proper/],
  ])('%s (case %#) follows from what clients got', (name, config, replies, why) => {
    const judgement = verdict(name, config, replies);
    expect(judgement.passed).toBe(why === null);
    if (why !== null) expect(judgement.why).toMatch(why);
  });

  test('a canned answer fails once the outage is known, if an endpoint works', () => {
    const later = { canned: { first: 0, later: 2 } };
    expect(verdict('primary-502', two, [reply()], later)).toEqual({
      passed: false,
      why: '2 canned answers although an endpoint works',
    });
    expect(verdict('primary-502', canned, [reply()], later)).toEqual({ passed: true, why: null });
  });

  test('a canned answer before that is told, with its cause', () => {
    const first = { canned: { first: 1, later: 0 } };
    expect(verdict('primary-hangs', two, [reply()], first)).toMatchObject({
      passed: true,
      why: expect.stringContaining('retry.max_total_time too short'),
    });
    expect(verdict('primary-hangs', two, [reply()], { ...first, heldBackByBudget: 3 })).toEqual({
      passed: true,
      why: '1 canned answer before the outage was known: retry.budget held back 3 attempts',
    });
  });
});

describe('alerts that would fire', () => {
  const probed = (...states: ProbedEndpoint['state'][]): ProbedEndpoint[] =>
    states.map((state, index) => ({
      cluster: 'main',
      endpoint: `e${index}`,
      state,
      reason: null,
      latency_ms: 1,
    }));
  const calm: Evidence = {
    alerts: {
      fallbackRatio: { warning: 0.5, critical: 0.8, minRequests: 10 },
      responseTimeMs: 30_000,
      availabilityObjective: null,
    },
    outcomes: { primary: 20 },
    p95Ms: 100,
    stateStoreUp: true,
    probed: probed('up', 'up'),
    pools: [{ available: 3, total: 3 }],
    maxRequests: 100,
  };

  test.each<[string, Partial<Evidence>, string[]]>([
    ['none while all is well', {}, []],
    [
      'high above the warning ratio',
      { outcomes: { primary: 8, fallback: 12 } },
      ['HoldfastFallbackRatioHigh'],
    ],
    ['none at exactly the warning ratio', { outcomes: { primary: 10, fallback: 10 } }, []],
    [
      'critical too above that ratio',
      { outcomes: { primary: 2, canned: 18 } },
      ['HoldfastFallbackRatioHigh', 'HoldfastFallbackRatioCritical'],
    ],
    ['none below the number of requests', { outcomes: { fallback: 9 } }, []],
    ['no error ratio for a single error', { outcomes: { primary: 10, exhausted: 1 } }, []],
    ['the error ratio for several', { outcomes: { primary: 18, exhausted: 2 } }, ['HoldfastErrorRatioHigh']],
    ['the response time', { p95Ms: 30_001 }, ['HoldfastResponseTimeHigh']],
    ['an endpoint down', { probed: probed('down', 'up') }, ['HoldfastEndpointDown']],
    [
      'a cluster down, never probed endpoints aside',
      { probed: probed('down', 'unknown') },
      ['HoldfastEndpointDown', 'HoldfastClusterDown'],
    ],
    ['a pool without tokens', { pools: [{ available: 0, total: 3 }] }, ['HoldfastTokenPoolExhausted']],
    ['a pool with a third left', { pools: [{ available: 1, total: 3 }] }, ['HoldfastTokenPoolLow']],
    ['the store away', { stateStoreUp: false }, ['HoldfastStateStoreDown']],
  ])('%s', (_name, evidence, expected) => {
    expect(alertsThatWouldFire({ ...calm, ...evidence })).toEqual(expected);
  });
});

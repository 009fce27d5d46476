import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import {
  configOf,
  cooled,
  dayQuota,
  dead,
  failure,
  startReporting,
  startRotator,
  until,
} from './start-rotator.ts';

const T = Date.UTC(2026, 10, 21, 12, 0, 0);
const HOUR = 3_600_000;

function setUp(simulator: Simulator, more = {}) {
  let nowMs = T;
  const config = configOf(
    { github: ['A:first', 'B:first', 'C:second'] },
    { baseUrl: simulator.baseUrl('models'), probe: 'auto', ...more },
  );
  return { config, now: () => nowMs, pass: (ms: number) => (nowMs += ms) };
}
const asked = (simulator: Simulator) =>
  simulator.requests('models').map(({ method, path, token }) => `${method} ${path} ${token}`);
const GET_A = 'GET /v1/models value-of-A';

describe('a dead token', () => {
  test('is left alone for an hour, then validated, and returns when the provider knows it again', async () => {
    await using simulator = await startSimulator();
    const { config, now, pass } = setUp(simulator);
    await using rotator = await startRotator(config, { now });
    await using gateway = await startReporting(config, rotator.state, now);
    simulator.behave('models', { tokens: { 'value-of-A': { fault: 'invalid_key' } } });
    gateway.report('A', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.A?.invalid);
    pass(HOUR - 1000);
    await rotator.post('/v1/tokens/rotate', { pool: 'github', token: 'C' });
    expect(asked(simulator)).toEqual([]);
    pass(1000);
    await simulator.waitForRequests('models', 1);
    await until(() => gateway.known().tokens.A!.invalid!.notBeforeMs === T + 2 * HOUR);
    simulator.behave('models', {});
    pass(HOUR);
    await until(() => gateway.known().tokens.A!.invalid === null);
    expect(asked(simulator)).toEqual([GET_A, GET_A]);
  });

  test('among others that all died at once is asked about for all of them, ten seconds later', async () => {
    await using simulator = await startSimulator();
    const { config, now, pass } = setUp(simulator);
    await using rotator = await startRotator(config, { now });
    await using gateway = await startReporting(config, rotator.state, now);
    simulator.behave('models', { fault: 'invalid_key' });
    for (const token of ['A', 'B', 'C']) gateway.report(token, dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.C?.invalid);
    pass(10_000);
    await until(() => gateway.known().tokens.C!.invalid!.notBeforeMs === T + 20_000);
    expect(asked(simulator)).toEqual([GET_A]);
    simulator.behave('models', {});
    pass(10_000);
    await until(() => Object.values(gateway.known().tokens).every(({ invalid }) => invalid === null));
    expect(asked(simulator).sort()).toEqual([
      GET_A,
      GET_A,
      'GET /v1/models value-of-B',
      'GET /v1/models value-of-C',
    ]);
  });

  test('that was edited while nobody ran is found out at the start', async () => {
    await using simulator = await startSimulator();
    const { config, now } = setUp(simulator);
    const first = await startRotator(config, { now });
    await using gateway = await startReporting(config, first.state, now);
    gateway.report('A', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.A?.invalid);
    await first.close();
    await using second = await startRotator(config, { now, state: first.state });
    await until(async () => !(await second.stats()).tokens[0]?.blocked);
    expect(asked(simulator)).toEqual([GET_A]);
  });

  test('is not judged by a provider that is down', async () => {
    await using simulator = await startSimulator();
    const { config, now, pass } = setUp(simulator);
    await using rotator = await startRotator(config, { now });
    await using gateway = await startReporting(config, rotator.state, now);
    simulator.behave('models', { fault: 'nginx_502' });
    gateway.report('A', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.A?.invalid);
    pass(HOUR);
    await simulator.waitForRequests('models', 1);
    await until(() => rotator.lines().find(({ msg }) => msg === 'token validated'));
    expect((await rotator.stats()).tokens[0]).toMatchObject({ blocked: true, reason: 'invalid' });
  });
});

describe('a guessed block', () => {
  test('is probed once, at half its time, and ends early; the next refusal blocks again', async () => {
    await using simulator = await startSimulator();
    const { config, now, pass } = setUp(simulator);
    await using rotator = await startRotator(config, { now });
    await using gateway = await startReporting(config, rotator.state, now);
    for (let time = 0; time < 3; time++) gateway.report('A', failure);
    await gateway.flush();
    await until(() => gateway.known().tokens.A?.cooling);
    pass(30_000);
    await until(() => gateway.known().tokens.A?.cooling === null);
    expect(asked(simulator)).toEqual([GET_A]);
    gateway.report('A', failure);
    await gateway.flush();
    await until(() => gateway.known().tokens.A?.cooling);
  });
});

describe('what a provider stated', () => {
  test('is never probed early, and a day quota never at all', async () => {
    await using simulator = await startSimulator();
    const { config, now, pass } = setUp(simulator);
    await using rotator = await startRotator(config, { now });
    await using gateway = await startReporting(config, rotator.state, now);
    gateway.report('A', cooled(HOUR));
    gateway.report('C', dayQuota('gpt-4o', HOUR));
    await gateway.flush();
    await until(() => gateway.known().tokens.C?.models['gpt-4o']);
    pass(HOUR - 5000);
    // The long bench of A is checked right before its end, by the cheapest call; C is not.
    await simulator.waitForRequests('models', 1);
    await until(() => rotator.lines().find(({ msg }) => msg === 'token validated'));
    expect(asked(simulator)).toEqual([GET_A]);
    expect((await rotator.stats()).tokens[0]).toMatchObject({ blocked: true });
  });
});

describe('POST /v1/tokens/validate', () => {
  test('drops guesses, asks the provider about every token and says what is still wrong and until when', async () => {
    await using simulator = await startSimulator();
    const { config, now } = setUp(simulator);
    await using rotator = await startRotator(config, { now });
    await using gateway = await startReporting(config, rotator.state, now);
    for (let time = 0; time < 3; time++) gateway.report('A', failure);
    gateway.report('B', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.B?.invalid);
    simulator.behave('models', {
      tokens: {
        'value-of-B': { fault: 'invalid_key' },
        'value-of-C': { status: 429, headers: { 'retry-after': '18' } },
      },
    });
    const response = await rotator.post('/v1/tokens/validate', {});
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      pools: [
        {
          pool: 'github',
          tokens: [
            { key: 'A', validation: 'valid', blocked: false, failures: 0 },
            { key: 'B', validation: 'invalid', blocked: true, reason: 'invalid' },
            { key: 'C', validation: 'limited', blocked: true, blockedUntil: '2026-11-21T12:00:18.000Z' },
          ],
        },
      ],
    });
    expect(asked(simulator).sort()).toEqual(['A', 'B', 'C'].map((name) => `GET /v1/models value-of-${name}`));
  });

  test('takes a token that has met a quota of its own for known, and benches it for nothing', async () => {
    await using simulator = await startSimulator();
    const { config, now } = setUp(simulator);
    await using rotator = await startRotator(config, { now });
    simulator.behave('models', { tokens: { 'value-of-A': { fault: 'github_day_quota' } } });
    const response = await rotator.post('/v1/tokens/validate', { pool: 'github' });
    expect(await response.json()).toMatchObject({
      pools: [
        {
          tokens: [
            { key: 'A', validation: 'limited', blocked: false, blockedModels: [] },
            { key: 'B', validation: 'valid' },
            { key: 'C', validation: 'valid' },
          ],
        },
      ],
    });
  });

  test('of a pool whose endpoints must not be probed says that nothing was checked', async () => {
    await using simulator = await startSimulator();
    const { config, now } = setUp(simulator, { probe: 'none' });
    await using rotator = await startRotator(config, { now });
    const response = await rotator.post('/v1/tokens/validate', { pool: 'github' });
    expect(await response.json()).toMatchObject({
      pools: [{ tokens: [{ validation: 'not_checked' }, {}, {}] }],
    });
    expect(asked(simulator)).toEqual([]);
  });
});

test('no value of a token is in logs, metrics, statistics, errors or the shared state', async () => {
  await using simulator = await startSimulator();
  const { config, now } = setUp(simulator);
  await using rotator = await startRotator(config, { now });
  await using gateway = await startReporting(config, rotator.state, now);
  simulator.behave('models', {
    tokens: {
      'value-of-A': { status: 401, body: { error: { message: 'Incorrect API key provided: value-of-A' } } },
      'value-of-B': { status: 429, body: { error: { message: 'value-of-B is too fast' } } },
    },
  });
  for (const token of ['A', 'B', 'C']) gateway.report(token, dead);
  await gateway.flush();
  await until(() => gateway.known().tokens.C?.invalid);
  const seen = [
    await (await rotator.post('/v1/tokens/validate')).text(),
    await (await rotator.post('/v1/tokens/rotate', { pool: 'github', token: 'value-of-A' })).text(),
    await (await rotator.get('/v1/tokens/stats')).text(),
    await (await rotator.get('/metrics')).text(),
    await (await rotator.get('/readyz')).text(),
    JSON.stringify(rotator.lines()),
    JSON.stringify(await rotator.state.hashGetAll('holdfast:v1:tokens:github')),
    JSON.stringify(
      await rotator.state.streamRead('holdfast:v1:token-reports', 'test', 'reader', {
        count: 99,
        reclaimAfterMs: 0,
      }),
    ),
  ];
  expect(asked(simulator)).toHaveLength(3);
  for (const text of seen) expect(text).not.toContain('value-of-');
});

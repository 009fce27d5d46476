import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { openState } from '@holdfast/state/open-state';
import type { SharedState } from '@holdfast/state/shared-state';
import { redisProgram, startRedis } from '@holdfast/state/testing/redis-server';
import { expect, test } from '@jest/globals';
import {
  configOf,
  dayQuota,
  dead,
  failure,
  startReporting,
  startRotator,
  type TestRotator,
  until,
} from './start-rotator.ts';

const HOUR = 3_600_000;
const TOKENS = ['A:first', 'B:first', 'C:second'];
const config = configOf({ github: TOKENS });

/** A connection of its own for each process. */
async function connect(url: string): Promise<SharedState & AsyncDisposable> {
  const state = await openState(url);
  return Object.assign(Object.create(state), { [Symbol.asyncDispose]: () => state.close() });
}
const roleOf = async (rotator: TestRotator) =>
  ((await (await rotator.get('/readyz')).json()) as { checks: { role: string } }).checks.role;

describeWithServer(redisProgram, 'over a real Redis', () => {
  test('one of two rotators leads, both tell the same, and a command to either is carried out', async () => {
    await using server = await startRedis();
    await using stateOne = await connect(server.url);
    await using stateTwo = await connect(server.url);
    await using stateThree = await connect(server.url);
    const one = await startRotator(config, { state: stateOne });
    await using two = await startRotator(config, { state: stateTwo });
    await using gateway = await startReporting(config, stateThree);
    expect([await roleOf(one), await roleOf(two)]).toEqual(['leader', 'follower']);

    for (let time = 0; time < 3; time++) gateway.report('A', failure);
    await gateway.flush();
    await until(async () => (await two.stats()).current_token === 'C');
    expect(await two.stats()).toEqual(await one.stats());

    const reset = await two.post('/v1/tokens/reset', { pool: 'github', token: 'A' });
    expect(await reset.json()).toMatchObject({ tokens: [{ key: 'A', blocked: false, failures: 0 }, {}, {}] });
    await until(() => gateway.known().tokens.A?.cooling === null);

    gateway.report('C', dayQuota('gpt-4o', 20 * HOUR));
    await gateway.flush();
    await until(() => gateway.known().tokens.C?.models['gpt-4o']);
    await one.close();
    await until(async () => (await roleOf(two)) === 'leader');
    gateway.report('B', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.B?.invalid);
    expect((await two.stats()).tokens[2]?.blockedModels).toHaveLength(1);
  }, 20_000);

  test('a rotator that starts anew forgets no bench', async () => {
    await using server = await startRedis();
    await using state = await connect(server.url);
    const first = await startRotator(config, { state });
    await using gateway = await startReporting(config, state);
    gateway.report('A', dayQuota('gpt-4o', 20 * HOUR));
    await gateway.flush();
    await until(() => gateway.known().tokens.A?.models['gpt-4o']);
    const before = await first.stats();
    await first.close();
    await using second = await startRotator(config, { state });
    expect(await second.stats()).toEqual(before);
    await using restarted = await startReporting(config, state);
    expect(restarted.known().tokens.A?.models).toHaveProperty('gpt-4o');
  });

  test('while Redis is away the statistics stay, changes are refused; what was reported meanwhile arrives, and all is published again', async () => {
    await using server = await startRedis();
    await using stateOne = await connect(server.url);
    await using stateTwo = await connect(server.url);
    await using rotator = await startRotator(config, { state: stateOne });
    await using gateway = await startReporting(config, stateTwo);
    gateway.report('A', dayQuota('gpt-4o', 20 * HOUR));
    await gateway.flush();
    await until(() => gateway.known().tokens.A?.models['gpt-4o']);

    await server.kill();
    await until(() => !stateOne.up && !stateTwo.up);
    expect((await rotator.stats()).tokens[0]?.blockedModels).toHaveLength(1);
    expect(await rotator.metric('holdfast_state_store_up')).toBe(0);
    const refused = await rotator.post('/v1/tokens/rotate', { pool: 'github' });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    gateway.report('C', dead);

    await server.restart();
    await until(() => stateOne.up && stateTwo.up);
    await until(() => gateway.known().tokens.C?.invalid);
    await using restarted = await startReporting(config, stateTwo);
    expect(restarted.known().tokens.A?.models).toHaveProperty('gpt-4o');
    expect(restarted.known().tokens.C?.invalid).not.toBeNull();
  }, 20_000);

  test('what a FLUSHALL took is published again within seconds', async () => {
    await using server = await startRedis();
    await using state = await connect(server.url);
    await using rotator = await startRotator(config, { state });
    await using gateway = await startReporting(config, state);
    gateway.report('A', dayQuota('gpt-4o', 20 * HOUR));
    await gateway.flush();
    await until(() => gateway.known().tokens.A?.models['gpt-4o']);
    await server.flushAll();
    await until(async () => Object.keys(await state.hashGetAll('holdfast:v1:tokens:github')).length === 4);
    expect((await rotator.stats()).tokens[0]?.blockedModels).toHaveLength(1);
    gateway.report('C', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.C?.invalid);
  }, 20_000);

  test('what the store and the rotator both lost is learned again from the gateways', async () => {
    await using server = await startRedis();
    await using stateOne = await connect(server.url);
    await using stateTwo = await connect(server.url);
    let ageMs = 60_000;
    const first = await startRotator(config, { state: stateOne });
    await using gateway = await startReporting(config, stateTwo, () => Date.now() - ageMs);
    gateway.report('A', dayQuota('gpt-4o', 20 * HOUR));
    gateway.report('C', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.C?.invalid);
    ageMs = 0;
    await first.close();
    await server.flushAll();
    await using second = await startRotator(config, { state: stateOne });
    await until(async () => (await second.stats()).tokens[0]?.blockedModels.length === 1);
    expect((await second.stats()).tokens[2]).toMatchObject({ blocked: true, reason: 'invalid' });
  });

  test('no value of a token is anywhere in Redis', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-dump-'));
    try {
      await using simulator = await startSimulator();
      await using server = await startRedis({ args: ['--dir', directory, '--rdbcompression', 'no'] });
      await using state = await connect(server.url);
      const probed = configOf({ github: TOKENS }, { baseUrl: simulator.baseUrl('models'), probe: 'auto' });
      await using rotator = await startRotator(probed, { state });
      await using gateway = await startReporting(probed, state);
      simulator.behave('models', {
        status: 401,
        body: { error: { message: 'Incorrect API key: value-of-A' } },
      });
      gateway.report('A', failure);
      gateway.report('C', dayQuota('gpt-4o', HOUR));
      await gateway.flush();
      await until(() => gateway.known().tokens.C?.models['gpt-4o']);
      await rotator.post('/v1/tokens/validate');
      expect(simulator.requests('models')).toHaveLength(3);
      expect(await server.command('SAVE')).toBe('+OK');
      const dump = readFileSync(path.join(directory, 'dump.rdb'), 'latin1');
      expect(dump).toContain('holdfast:v1:tokens:github');
      expect(dump).toContain('day_quota');
      expect(dump).not.toContain('value-of-');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

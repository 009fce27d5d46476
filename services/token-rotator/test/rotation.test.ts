import { tokenReportsKey, tokensKey } from '@holdfast/state/keys';
import { POOL_FIELD, reportEntry } from '@holdfast/state/token-records';
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

const HOUR = 3_600_000;
const TOKENS = ['A:first', 'B:first', 'C:second'];
const config = configOf({ github: TOKENS });

describe('what gateways report', () => {
  test('after three refusals in a row moves the pool on, for every gateway', async () => {
    await using rotator = await startRotator(config);
    await using one = await startReporting(config, rotator.state);
    await using other = await startReporting(config, rotator.state);
    one.report('A', failure);
    one.report('A', failure);
    other.report('A', failure);
    await Promise.all([one.flush(), other.flush()]);
    await until(() => one.known().current === 'C' && other.known().current === 'C');
    const { tokens, current_token } = await rotator.stats();
    expect(current_token).toBe('C');
    expect(tokens[0]).toMatchObject({ blocked: true, reason: 'repeated_failures', failures: 3 });
    expect(
      await rotator.metric('holdfast_token_rotations_total{pool="github",reason="repeated_failures"}'),
    ).toBe(1);
    expect(rotator.lines()).toContainEqual(
      expect.objectContaining({ msg: 'token rotated', from: 'A', to: 'C', reason: 'repeated_failures' }),
    );
  });

  test('a success takes one refusal off', async () => {
    await using rotator = await startRotator(config);
    await using gateway = await startReporting(config, rotator.state);
    for (const event of [failure, failure, { kind: 'success' }, failure] as const) gateway.report('A', event);
    await gateway.flush();
    await until(async () => (await rotator.stats()).tokens[0]?.failures === 2);
    expect((await rotator.stats()).current_token).toBe('A');
  });

  test('a day quota benches the account for the model, counts once and is logged with its hours', async () => {
    await using rotator = await startRotator(config);
    await using gateway = await startReporting(config, rotator.state);
    gateway.report('A', dayQuota('gpt-4o', 6.5 * HOUR));
    gateway.report('A', dayQuota('gpt-4o', 6.5 * HOUR));
    gateway.report('C', dayQuota('a-model-nobody-configured', HOUR));
    await gateway.flush();
    await until(async () => (await rotator.stats()).tokens[2]?.blockedModels.length === 1);
    const { tokens } = await rotator.stats();
    expect(tokens.map(({ blockedModels }) => blockedModels.map(({ model }) => model))).toEqual([
      ['gpt-4o'],
      ['gpt-4o'],
      ['a-model-nobody-configured'],
    ]);
    expect(tokens.map(({ blocked }) => blocked)).toEqual([false, false, false]);
    expect(await rotator.metric('holdfast_daily_limit_hits_total{pool="github",model="gpt-4o"}')).toBe(1);
    expect(await rotator.metric('holdfast_daily_limit_hits_total{pool="github",model="other"}')).toBe(1);
    expect(rotator.lines()).toContainEqual(
      expect.objectContaining({ msg: 'daily limit reached', model: 'gpt-4o', account: 'first', hours: 6.5 }),
    );
  });

  test('that comes twice counts once', async () => {
    await using rotator = await startRotator(config);
    const report = {
      pool: 'github',
      token: 'A',
      account: 'first',
      model: 'm',
      result: 'rate_limited',
      event: failure,
      atMs: Date.now(),
      uses: 1,
    } as const;
    const id = await rotator.state.streamAppend(tokenReportsKey, reportEntry([report]), 100);
    await until(async () => (await rotator.stats()).tokens[0]?.failures === 1);
    // The predecessor applied it and died before it acknowledged: it is published with the id, and delivered again.
    const published = JSON.parse((await rotator.state.hashGetAll(tokensKey('github')))[POOL_FIELD]!);
    expect(published.appliedId).toBe(id);
    await rotator.close();
    await rotator.state.delete(tokenReportsKey);
    await rotator.state.streamAppend(tokenReportsKey, reportEntry([report]), 100);
    await using successor = await startRotator(config, { state: rotator.state });
    expect((await successor.stats()).tokens[0]?.failures).toBe(1);
  });

  test('that nobody sent in this form is ignored', async () => {
    await using rotator = await startRotator(config);
    await using gateway = await startReporting(config, rotator.state);
    for (const fields of [
      { reports: '[{"pool":"github"}]' },
      { command: '{"pool":"github","event":{"kind":"x"}}' },
      { a: 'b' },
    ]) {
      await rotator.state.streamAppend(tokenReportsKey, fields, 100);
    }
    gateway.report('B', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.B?.invalid);
    expect((await rotator.stats()).tokens[0]).toMatchObject({ failures: 0, blocked: false });
  });

  test('late, runs from when it was seen', async () => {
    await using rotator = await startRotator(config);
    const ago = (ms: number) => () => Date.now() - ms;
    await using gateway = await startReporting(config, rotator.state, ago(50_000));
    gateway.report('A', cooled(60_000));
    gateway.report('C', cooled(40_000));
    await gateway.flush();
    await until(async () => (await rotator.stats()).tokens[2]?.lastUsed);
    const { tokens } = await rotator.stats();
    expect(tokens.map(({ blocked }) => blocked)).toEqual([true, false, false]);
    expect(Date.parse(tokens[0]!.blockedUntil!) - Date.now()).toBeLessThanOrEqual(10_000);
  });
});

describe('the metrics', () => {
  test('show every configured name at 0 from the start, and the pool as it stands', async () => {
    await using rotator = await startRotator(config);
    await using gateway = await startReporting(config, rotator.state);
    const tokens = (state: string) =>
      rotator.metric(`holdfast_token_pool_tokens{pool="github",state="${state}"}`);
    const all = async () => Promise.all(['available', 'cooling', 'quota_exhausted', 'invalid'].map(tokens));
    expect(await all()).toEqual([3, 0, 0, 0]);
    expect(await rotator.metric('holdfast_daily_limit_hits_total{pool="github",model="gpt-4o"}')).toBe(0);
    expect(await rotator.metric('holdfast_token_rotations_total{pool="github",reason="invalid"}')).toBe(0);
    gateway.report('A', cooled(HOUR));
    gateway.report('B', dead);
    gateway.report('C', dayQuota('gpt-4o', HOUR));
    await gateway.flush();
    await until(async () => (await tokens('available')) === 0);
    expect(await all()).toEqual([0, 1, 1, 1]);
  });
});

describe('a restart', () => {
  test('forgets no bench and no refusal', async () => {
    const first = await startRotator(config);
    await using gateway = await startReporting(config, first.state);
    gateway.report('A', dayQuota('gpt-4o', 20 * HOUR));
    gateway.report('C', failure);
    await gateway.flush();
    await until(() => gateway.known().tokens.C?.failures === 1);
    const before = await first.stats();
    await first.close();
    await using second = await startRotator(config, { state: first.state });
    expect(await second.stats()).toEqual(before);
  });
});

describe('a new configuration', () => {
  test('keeps what is known of tokens that stay, forgets what was known of an edited one', async () => {
    await using rotator = await startRotator(config);
    await using gateway = await startReporting(config, rotator.state);
    gateway.report('A', dead);
    gateway.report('C', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.C?.invalid);
    const edited = {
      ...config,
      tokenPools: config.tokenPools.map((pool) => ({
        ...pool,
        tokens: [
          ...pool.tokens.map((token) => (token.name === 'C' ? { ...token, value: 'renewed' } : token)),
          { name: 'D', account: 'third', value: 'new' },
        ],
      })),
    };
    rotator.applyConfig(edited);
    const { tokens } = await rotator.stats();
    expect(tokens.map(({ key, blocked }) => [key, blocked])).toEqual([
      ['A', true],
      ['B', false],
      ['C', false],
      ['D', false],
    ]);
    await until(() => gateway.known().tokens.C?.invalid === null);
    expect(await rotator.metric('holdfast_config_last_reload_successful')).toBe(1);
  });
});

import { describe, expect, test } from '@jest/globals';
import { configOf, cooled, dayQuota, dead, startReporting, startRotator, until } from './start-rotator.ts';

const T = Date.UTC(2026, 10, 21, 12, 0, 0);
const now = () => T;
const TOKENS = ['A:first', 'B:first', 'C:second'];

interface ErrorBody {
  readonly error: { readonly message: string; readonly param: string | null; readonly code: string };
}
const errorOf = async (response: Response) => ((await response.json()) as ErrorBody).error;

describe('GET /v1/tokens/stats', () => {
  test("is the contract's, byte for byte in shape", async () => {
    const config = configOf({ github: TOKENS, other: ['X:x'] });
    await using rotator = await startRotator(config, { now });
    await using gateway = await startReporting(config, rotator.state, now);
    gateway.report('A', cooled(18_000));
    gateway.report('C', dayQuota('gpt-4o', 3_600_000));
    await gateway.flush();
    await until(async () => (await rotator.stats()).tokens[2]?.blockedModels.length === 1);
    expect(JSON.stringify(await rotator.stats('github'))).toBe(
      JSON.stringify({
        pool: 'github',
        current_token: 'A',
        total_tokens: 3,
        tokens: [
          {
            key: 'A',
            isCurrent: true,
            blocked: true,
            blockedUntil: '2026-11-21T12:00:18.000Z',
            blockedModels: [],
            reason: 'rate_limited',
            failures: 1,
            lastUsed: '2026-11-21T12:00:00.000Z',
            account: 'first',
          },
          {
            key: 'B',
            isCurrent: false,
            blocked: false,
            blockedUntil: null,
            blockedModels: [],
            reason: null,
            failures: 0,
            lastUsed: null,
            account: 'first',
          },
          {
            key: 'C',
            isCurrent: false,
            blocked: false,
            blockedUntil: null,
            blockedModels: [{ model: 'gpt-4o', until: '2026-11-21T13:00:00.000Z', reason: 'day_quota' }],
            reason: null,
            failures: 0,
            lastUsed: '2026-11-21T12:00:00.000Z',
            account: 'second',
          },
        ],
        pools: ['github', 'other'],
      }),
    );
  });

  test('shows the first pool unless another is asked for; an unknown one is a 404 that lists what there is', async () => {
    await using rotator = await startRotator(configOf({ github: TOKENS, other: ['X:x'] }));
    expect((await rotator.stats()).pool).toBe('github');
    expect((await rotator.stats('other')).current_token).toBe('X');
    const unknown = await rotator.get('/v1/tokens/stats?pool=nope');
    expect(unknown.status).toBe(404);
    expect(await errorOf(unknown)).toMatchObject({
      code: 'pool_not_found',
      param: 'pool',
      message: /github, other/,
    });
    expect((await rotator.get('/v1/tokens/stats?pool=a&pool=b')).status).toBe(400);
  });

  test('without any pool is empty, not an error', async () => {
    await using rotator = await startRotator(configOf({}));
    expect(await rotator.stats()).toEqual({
      pool: null,
      current_token: null,
      total_tokens: 0,
      tokens: [],
      pools: [],
    });
    expect((await rotator.get('/v1/tokens/stats?pool=github')).status).toBe(404);
  });
});

describe('POST /v1/tokens/reset and /rotate', () => {
  test('clear the blocks of one token or of all, for the gateways too', async () => {
    const config = configOf({ github: TOKENS });
    await using rotator = await startRotator(config);
    await using gateway = await startReporting(config, rotator.state);
    gateway.report('A', cooled(600_000));
    gateway.report('C', dead);
    await gateway.flush();
    await until(() => gateway.known().tokens.C?.invalid);
    const one = await rotator.post('/v1/tokens/reset', { pool: 'github', token: 'A' });
    expect(await one.json()).toMatchObject({
      tokens: [{ blocked: false, failures: 0 }, {}, { blocked: true }],
    });
    const all = await rotator.post('/v1/tokens/reset', { pool: 'github' });
    expect(await all.json()).toMatchObject({ tokens: [{ blocked: false }, {}, { blocked: false }] });
    await until(
      () => gateway.known().tokens.A?.cooling === null && gateway.known().tokens.C?.invalid === null,
    );
  });

  test('move the pool to the given token, or to the next account', async () => {
    const config = configOf({ github: TOKENS });
    await using rotator = await startRotator(config);
    await using gateway = await startReporting(config, rotator.state);
    const next = await rotator.post('/v1/tokens/rotate', { pool: 'github' });
    expect(await next.json()).toMatchObject({ current_token: 'C' });
    const given = await rotator.post('/v1/tokens/rotate', { pool: 'github', token: 'B' });
    expect(await given.json()).toMatchObject({ current_token: 'B' });
    await until(() => gateway.known().current === 'B');
    expect(await rotator.metric('holdfast_token_rotations_total{pool="github",reason="operator"}')).toBe(2);
    expect(rotator.lines()).toContainEqual(
      expect.objectContaining({
        msg: 'token rotated',
        pool: 'github',
        from: 'C',
        to: 'B',
        reason: 'operator',
      }),
    );
  });

  test.each<[string, unknown, number, string]>([
    ['no body', undefined, 400, 'pool'],
    ['no JSON', '{"pool":', 400, 'body'],
    ['a list', [], 400, 'body'],
    ['no pool', {}, 400, 'pool'],
    ['a pool that is no name', { pool: 7 }, 400, 'pool'],
    ['an unknown pool', { pool: 'constructor' }, 404, 'pool'],
    ['an unknown token', { pool: 'github', token: 'nope' }, 400, 'token'],
    ['a token that is no name', { pool: 'github', token: ['A'] }, 400, 'token'],
    ['an unknown field', { pool: 'github', tokn: 'A' }, 400, 'tokn'],
    ['a body that is too large', { pool: 'x'.repeat(20_000) }, 413, 'body'],
  ])('%s is refused by the name of the field', async (_name, body, status, param) => {
    await using rotator = await startRotator(configOf({ github: TOKENS }));
    for (const target of ['/v1/tokens/reset', '/v1/tokens/rotate']) {
      const response = await rotator.post(target, body);
      expect([response.status, (await errorOf(response)).param]).toEqual([status, param]);
    }
    expect((await rotator.stats()).current_token).toBe('A');
  });

  test('a body of another type is refused, not ignored', async () => {
    await using rotator = await startRotator(configOf({ github: TOKENS }));
    const response = await rotator.post('/v1/tokens/reset', '{"pool":"github"}', {
      'content-type': 'text/plain',
    });
    expect(response.status).toBe(400);
  });
});

describe('keys', () => {
  const server = { client_keys: ['client-key-0123456789'], admin_keys: ['admin-key-0123456789'] };
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  test('reading takes a client or admin key, changing an admin key and nothing else', async () => {
    await using rotator = await startRotator(configOf({ github: TOKENS }, { server }));
    const read = async (headers = {}) => (await rotator.get('/v1/tokens/stats', headers)).status;
    const change = async (headers = {}) =>
      (await rotator.post('/v1/tokens/rotate', { pool: 'github' }, headers)).status;
    expect([await read(), await read(bearer('client-key-0123456788'))]).toEqual([401, 401]);
    expect(await read(bearer('client-key-0123456789'))).toBe(200);
    expect(await read({ 'x-api-key': 'admin-key-0123456789' })).toBe(200);
    expect([await change(), await change(bearer('client-key-0123456789'))]).toEqual([401, 401]);
    expect(await change(bearer('admin-key-0123456789'))).toBe(200);
    for (const open of ['/healthz', '/readyz', '/metrics'])
      expect((await rotator.get(open)).status).toBe(200);
  });
});

test('anything else is a 404 that lists what exists', async () => {
  await using rotator = await startRotator(configOf({ github: TOKENS }));
  const response = await rotator.get('/v1/tokens');
  expect(response.status).toBe(404);
  expect((await errorOf(response)).message).toContain('GET /v1/tokens/stats');
});

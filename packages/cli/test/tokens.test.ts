import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { PoolView } from '../src/tokens/pool-view.ts';
import { runCli } from './support/run-cli.ts';
import { CANARY, type RunningSuite, startSuite } from './support/running-suite.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

interface Status {
  readonly state: string;
  readonly pools: readonly PoolView[];
}

describe('tokens', () => {
  let suite: RunningSuite;
  beforeAll(async () => {
    suite = await startSuite();
  });
  afterAll(async () => {
    await suite[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    suite.simulator.clearBehaviour('pooled');
    await tell('reset', { pool: 'free' });
    await tell('rotate', { pool: 'free', token: 'TOKEN_A' });
  });

  /** The token-rotator's own API. */
  async function tell(action: 'reset' | 'rotate', body: object): Promise<void> {
    const response = await fetch(`${suite.env.HOLDFAST_TOKEN_ROTATOR_URL}/v1/tokens/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${CANARY}-admin` },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
  }

  /** Both tokens are refused for a minute, and the token-rotator knows. */
  async function exhaust(): Promise<void> {
    await using watch = suite.start('tokens', 'watch', '--json');
    suite.simulator.behave('pooled', { fault: 'openai_429', headers: { 'retry-after-ms': '60000' } });
    expect(await suite.chat('free-model')).toBe(429);
    await watch.waitForOutput(/"TOKEN_A"[^}]*"blocked":true.*"TOKEN_B"[^}]*"blocked":true/);
  }

  test('a pool whose tokens are all free is ok: exit 0, a line for each token', async () => {
    const { code, stdout } = await suite.run('tokens');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^free {2}2 of 2 available, current: TOKEN_A$/m);
    expect(stdout).toMatch(/^\* TOKEN_A +account-TOKEN_A +available/m);
    expect(stdout).toMatch(/^ {2}TOKEN_B +account-TOKEN_B +available/m);
  });

  test('rotate moves to the next token, or to the given one', async () => {
    const next = await suite.run('tokens', 'rotate', '--json');
    expect(next.code).toBe(0);
    expect(next.json<Status>().pools[0]!.current_token).toBe('TOKEN_B');
    const given = await suite.run('tokens', 'rotate', 'free', '--token', 'TOKEN_A', '--json');
    expect(given.json<Status>().pools[0]!.current_token).toBe('TOKEN_A');
  });

  test('a pool without any free token is down: exit 2, and until when; reset frees it', async () => {
    await exhaust();
    const { code, stdout } = await suite.run('tokens', 'status');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^free {2}0 of 2 available/m);
    expect(stdout).toMatch(/TOKEN_A +account-TOKEN_A +blocked +\d\d:\d\d:\d\d +rate_limited/);
    const one = await suite.run('tokens', 'reset', '--token', 'TOKEN_B', '--json');
    expect(one.code).toBe(0);
    expect(one.json<Status>().pools[0]!.tokens.map(({ key, blocked }) => [key, blocked])).toEqual([
      ['TOKEN_A', true],
      ['TOKEN_B', false],
    ]);
    expect((await suite.run('tokens')).code).toBe(1);
    expect((await suite.run('tokens', 'reset')).code).toBe(0);
    expect((await suite.run('tokens')).code).toBe(0);
  });

  test('watch prints a line for each change into a pipe, and ends with 0 on Ctrl-C', async () => {
    await using watch = suite.start('tokens', 'watch');
    await watch.waitForOutput(/^free: current TOKEN_A, 2 of 2 available$/m);
    suite.simulator.behave('pooled', { fault: 'openai_429', headers: { 'retry-after-ms': '60000' } });
    await suite.chat('free-model');
    await watch.waitForOutput(
      /^free: current TOKEN_\w, 0 of 2 available; TOKEN_A rate_limited until [\d:]+; TOKEN_B/m,
    );
    expect((await watch.interrupt()).code).toBe(0);
  });

  test('emergency validates every token with its own value and says what is still wrong, and what to do', async () => {
    suite.simulator.behave('pooled', { tokens: { [`${CANARY}-TOKEN_B`]: { fault: 'invalid_key' } } });
    suite.simulator.forget();
    const { code, stdout } = await suite.run('tokens', 'emergency');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^free +TOKEN_A +account-TOKEN_A +valid$/m);
    expect(stdout).toMatch(/^free +TOKEN_B +account-TOKEN_B +invalid$/m);
    expect(stdout).toMatch(
      /^free +TOKEN_B +all +invalid +\S+.* +the provider does not know it: replace the value/m,
    );
    expect(suite.simulator.requests('pooled').map(({ token }) => token)).toEqual(
      expect.arrayContaining([`${CANARY}-TOKEN_A`, `${CANARY}-TOKEN_B`]),
    );
  });

  test('emergency frees what was only guessed', async () => {
    suite.simulator.behave('pooled', { tokens: { [`${CANARY}-TOKEN_A`]: { status: 429 } } });
    await using watch = suite.start('tokens', 'watch', '--json');
    for (let count = 0; count < 3; count++) expect(await suite.chat(`free-model-${count}`)).toBe(200);
    await watch.waitForOutput(/"TOKEN_A"[^}]*"blocked":true[^}]*"reason":"repeated_failures"/);
    suite.simulator.clearBehaviour('pooled');
    const { code, json } = await suite.run('tokens', 'emergency', '--json');
    expect(json()).toMatchObject({
      state: 'ok',
      before: [{ pool: 'free', tokens: [{ key: 'TOKEN_A', blocked: true }, { blocked: false }] }],
      freed: ['free/TOKEN_A'],
      problems: [],
    });
    expect(code).toBe(0);
  });

  test('an unknown pool or token is refused with the names there are: exit 2', async () => {
    const pool = await suite.run('tokens', 'status', 'fere');
    expect(pool.code).toBe(2);
    expect(pool.stderr).toContain("There is no token pool 'fere': there are free.");
    const token = await suite.run('tokens', 'rotate', '--token', 'TOKEN_X');
    expect(token.code).toBe(2);
    expect(token.stderr).toContain('TOKEN_A, TOKEN_B');
  });

  test('without an admin key a change is refused, and the command line says which key it sends', async () => {
    const env = { ...suite.env, HOLDFAST_ADMIN_KEYS: 'another-key-that-is-long-enough' };
    const { code, stderr } = await runCli(['tokens', 'reset', '--config', suite.configPath], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/token-rotator refused \(401\).*HOLDFAST_ADMIN_KEYS/);
  });

  test('no value of a token is printed by any of them', async () => {
    await exhaust();
    const outputs = await Promise.all([
      suite.run('tokens', 'status', '--json'),
      suite.run('tokens', 'emergency', '--json'),
      suite.run('tokens', 'reset', '--token', `${CANARY}-TOKEN_A`.slice(0, 5)),
    ]);
    for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toContain(CANARY);
  });

  test('an action that does not exist is wrong usage, with the help of the verb', async () => {
    const { code, stderr } = await suite.run('tokens', 'wath');
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: ./holdfast tokens');
  });
});

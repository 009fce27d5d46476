import type { Behaviour } from '@holdfast/simulator/behaviour';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { type ConfigFile, startGateway } from '../start-gateway.ts';
import { ask, breakerOpen, inRotation, leaksIn, saidIn } from './pair.ts';

/** An endpoint that draws from tokens `a1`, `a2` of account a and `b1` of account b, and one behind it with a key of its own. */
const pooled = (simulator: Simulator, more: ConfigFile = {}): ConfigFile => ({
  token_pools: {
    pool: {
      tokens: ['a1', 'a2', 'b1'].map((name) => ({ name, value: `ghp_${name}_c4n4ry`, account: name[0] })),
    },
  },
  clusters: {
    main: {
      protocol: 'openai',
      endpoints: [
        { name: 'primary', base_url: simulator.baseUrl('primary'), token_pool: 'pool', priority: 1 },
        { name: 'secondary', base_url: simulator.baseUrl('secondary'), api_key: 'sk-own', priority: 2 },
      ],
    },
  },
  routes: [{ model: '*', cluster: 'main' }],
  breaker: { max_failures: 1 },
  ...more,
});

const only = (token: string, answer: Behaviour): Behaviour => ({
  tokens: { [`ghp_${token}_c4n4ry`]: answer },
});
const tokensSeen = (simulator: Simulator) =>
  simulator.requests('primary').map(({ token }) => token?.replace(/^ghp_|_c4n4ry$/g, ''));

interface PoolDemand {
  readonly name: string;
  readonly answer: Behaviour;
  /** Which tokens rest afterwards: the one, its account's, its account's for that model only. */
  readonly rests: 'token' | 'account' | 'account and model';
}

const DEMANDS: readonly PoolDemand[] = [
  { name: 'P04 a 400 that is a dead key', answer: { fault: 'google_invalid_key' }, rests: 'token' },
  { name: 'P05 a refused key', answer: { fault: 'invalid_key' }, rests: 'token' },
  { name: 'P05 a bare 401, an entitlement wall', answer: { fault: 'bare_401' }, rests: 'account and model' },
  { name: 'P06 a model outside the plan', answer: { fault: 'plan_403' }, rests: 'account and model' },
  { name: 'P07 an account without credit', answer: { fault: 'hf_402' }, rests: 'account' },
  {
    name: 'P07 too little credit for this size',
    answer: { fault: 'openrouter_402' },
    rests: 'account and model',
  },
  { name: 'P12 a rate limit with Retry-After', answer: { fault: 'openai_429' }, rests: 'token' },
  {
    name: 'P12 a limit of an account for one model',
    answer: { fault: 'github_minute_quota' },
    rests: 'account and model',
  },
  { name: 'P13 a rate limit in prose', answer: { fault: 'openai_429_prose' }, rests: 'token' },
  { name: 'P15 the quota of the day', answer: { fault: 'github_day_quota' }, rests: 'account and model' },
  { name: 'P16 a 429 that means no money', answer: { fault: 'insufficient_quota' }, rests: 'account' },
];

describe('with a pool of tokens', () => {
  test.each(DEMANDS)(
    '$name: another account’s token is tried at once, and the $rests rests',
    async ({ answer, rests }) => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(pooled(simulator));
      simulator.behave('primary', only('a1', answer));
      const got = await ask(gateway, 'chat');
      expect(saidIn(got)).toContain('Hello from primary');
      expect(leaksIn(got)).toEqual([]);
      expect(tokensSeen(simulator)).toEqual(['a1', 'b1']);
      expect(simulator.requests('secondary')).toHaveLength(0);
      // The endpoint itself did nothing wrong.
      expect(await breakerOpen(gateway)).toBe(false);
      expect(await inRotation(gateway, 'chat')).toBe(true);

      // What may still be used when the other account is gone: asked model by model, so that each starts anew.
      simulator.behave('primary', {
        tokens: {
          ghp_a1_c4n4ry: { ...answer, match: { model: 'gpt-4o' } } as Behaviour,
          ghp_b1_c4n4ry: { fault: 'invalid_key' },
        },
      });
      simulator.forget();
      await ask(gateway, 'chat');
      const sameModel = tokensSeen(simulator).filter((token) => token !== 'b1');
      simulator.forget();
      simulator.behave('primary', {});
      await ask(gateway, 'chat', 'another-model');
      const otherModel = tokensSeen(simulator);
      expect({ sameModel, otherModel }).toEqual(
        {
          token: { sameModel: ['a2'], otherModel: ['a2'] },
          account: { sameModel: [], otherModel: [] },
          'account and model': { sameModel: [], otherModel: [expect.stringMatching(/^a[12]$/)] },
        }[rests],
      );
    },
  );

  test('P14 too many at the same time of one user: another account is asked, no token rests', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator));
    simulator.behave('primary', [only('a1', { fault: 'github_concurrent' }), {}]);
    expect(saidIn(await ask(gateway, 'chat'))).toContain('Hello from primary');
    expect(tokensSeen(simulator)[0]).toBe('a1');
    expect(await inRotation(gateway, 'chat')).toBe(true);
  });

  test('P18 a failure of the provider is no token’s: the next endpoint is asked, not the siblings', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator));
    simulator.behave('primary', { fault: 'anthropic_529' });
    expect(saidIn(await ask(gateway, 'chat'))).toContain('Hello from secondary');
    expect(tokensSeen(simulator)).toEqual(['a1']);
    expect(await breakerOpen(gateway)).toBe(true);
  });

  test('X04 P15 when all are spent for the day, nothing is called and the client is told the real reset', async () => {
    await using simulator = await startSimulator();
    const config = pooled(simulator);
    const { main } = config.clusters as { main: { endpoints: unknown[] } };
    main.endpoints.pop();
    await using gateway = await startGateway(config);
    simulator.behave('primary', { fault: 'github_day_quota' });
    const first = await ask(gateway, 'chat');
    expect(first.status).toBe(429);
    expect(tokensSeen(simulator)).toEqual(['a1', 'b1']);
    const second = await ask(gateway, 'chat');
    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(5000);
    expect(simulator.requests('primary')).toHaveLength(2);
    // Another model has a quota of its own.
    simulator.behave('primary', {});
    expect((await ask(gateway, 'chat', 'another-model')).status).toBe(200);
  });

  test('X09 a limit is believed when it is refused, whatever the headers of successes promise', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator));
    simulator.behave('primary', {
      headers: { 'x-ratelimit-remaining-requests': '20000' },
      tokens: {
        ghp_a1_c4n4ry: {
          status: 429,
          headers: { 'retry-after': '60', 'x-ratelimit-remaining-requests': '20000' },
        },
      },
    });
    for (let i = 0; i < 3; i++) expect((await ask(gateway, 'chat')).status).toBe(200);
    expect(tokensSeen(simulator).filter((token) => token === 'a1')).toHaveLength(1);
  });
});

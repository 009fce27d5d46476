import type { Behaviour } from '@holdfast/simulator/behaviour';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { type ConfigFile, chat, readConfig, startGateway } from './start-gateway.ts';

/** One endpoint that draws from a pool of tokens, written `name:account`. */
const pooled = (simulator: Simulator, tokens: readonly string[], more: ConfigFile = {}): ConfigFile => ({
  token_pools: {
    github: {
      tokens: tokens.map((text) => ({
        name: text.split(':')[0],
        value: `ghp_${text.split(':')[0]}`,
        account: text.split(':')[1],
      })),
    },
  },
  clusters: {
    main: {
      protocol: 'openai',
      endpoints: [{ name: 'models', base_url: simulator.baseUrl('models'), token_pool: 'github' }],
    },
  },
  routes: [{ model: '*', cluster: 'main' }],
  ...more,
});

const perToken = (answers: Record<string, Behaviour>): Behaviour => ({
  tokens: Object.fromEntries(Object.entries(answers).map(([name, answer]) => [`ghp_${name}`, answer])),
});

const tokensSeen = (simulator: Simulator) =>
  simulator.requests('models').map(({ token }) => token?.replace('ghp_', ''));

const CANARY = 'c4n4ryc4n4ryc4n4ryc4n4ryc4n4ryc4n4ry';
const CANARY_VALUE = `ghp_${CANARY}`;

describe('a pool of tokens', () => {
  test('a refused token is followed by one of another account, in the same request and without a wait', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator, ['a1:a', 'a2:a', 'b1:b']));
    simulator.behave('models', perToken({ a1: { status: 429, headers: { 'retry-after': '60' } } }));
    const response = await gateway.post('/v1/chat/completions', chat());
    expect(response.status).toBe(200);
    expect(tokensSeen(simulator)).toEqual(['a1', 'b1']);
    await gateway.post('/v1/chat/completions', chat());
    expect(tokensSeen(simulator)).not.toContain('a1:again');
    expect(tokensSeen(simulator).slice(2)).not.toContain('a1');
  });

  test('a day quota benches the account for that model only and spends no retries', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pooled(simulator, ['a1:a', 'a2:a', 'b1:b', 'c1:c', 'd1:d', 'e1:e'], { retry: { max_attempts: 2 } }),
    );
    const spent = { fault: 'github_day_quota', match: { model: 'gpt-4o' } } as const;
    simulator.behave('models', perToken({ a1: spent, b1: spent, c1: spent, d1: spent }));
    const response = await gateway.post('/v1/chat/completions', chat());
    expect(response.status).toBe(200);
    expect(tokensSeen(simulator)).toEqual(['a1', 'b1', 'c1', 'd1', 'e1']);
  });

  test('refusals that put their tokens to rest spend no retries, whatever the reason', async () => {
    await using simulator = await startSimulator();
    const names = Array.from({ length: 7 }, (_, index) => `t${index}:${index}`);
    await using gateway = await startGateway(pooled(simulator, names, { retry: { max_attempts: 2 } }));
    const limited = { status: 429, headers: { 'retry-after': '60' } };
    simulator.behave(
      'models',
      perToken({
        t0: limited,
        t1: { fault: 'plan_403' },
        t2: limited,
        t3: { fault: 'openrouter_402' },
        t4: limited,
        t5: limited,
      }),
    );
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    expect(tokensSeen(simulator)).toEqual(['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't6']);
  });

  test('tokens that rest for a moment are asked again within the attempts there are, not for as long as there is time', async () => {
    for (const [names, calls] of [
      [['a1:a'], 4],
      [['a1:a', 'b1:b'], 5],
    ] as const) {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(pooled(simulator, names));
      simulator.behave('models', { status: 429, headers: { 'retry-after-ms': '20' } });
      expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(429);
      expect(tokensSeen(simulator)).toHaveLength(calls);
    }
  });

  test('refused without a delay costs an attempt each, and the next request begins with others after its first', async () => {
    await using simulator = await startSimulator();
    const names = ['t0:0', 't1:1', 't2:2', 't3:3', 't4:4', 't5:5'];
    await using gateway = await startGateway(pooled(simulator, names, { retry: { max_attempts: 3 } }));
    const refused = { status: 429 };
    simulator.behave('models', perToken({ t0: refused, t1: refused, t2: refused, t3: refused }));
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(429);
    expect(tokensSeen(simulator)).toEqual(['t0', 't1', 't2']);
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    expect(tokensSeen(simulator).slice(3)).toEqual(['t0', 't3', 't4']);
  });

  test('one account at its cap of concurrent calls leaves the places of the others free', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator, ['a1:a', 'b1:b', 'c1:c']));
    const post = () => gateway.post('/v1/chat/completions', chat());
    simulator.behave('models', { rate: { concurrency: 2, style: 'github' }, latencyMs: 300 });
    for (const response of await Promise.all([post(), post(), post()])) expect(response.status).toBe(200);
    await Promise.all([post(), post(), post(), post(), post()]);
    expect(simulator.peakInFlight('models')).toBeGreaterThanOrEqual(5);
  });

  test('nine dead tokens of ten: no error reaches the client, and each is called once', async () => {
    await using simulator = await startSimulator();
    const names = Array.from({ length: 10 }, (_, index) => `t${index}:${'abc'[index % 3]}`);
    await using gateway = await startGateway(pooled(simulator, names));
    const dead = [{ status: 401 }, { fault: 'insufficient_quota' }, { status: 401 }] as const;
    simulator.behave(
      'models',
      perToken(
        Object.fromEntries(names.slice(0, 9).map((name, index) => [name.split(':')[0], dead[index % 3]!])),
      ),
    );
    for (let i = 0; i < 5; i++) expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    const seen = tokensSeen(simulator);
    for (const name of names.slice(0, 9))
      expect(seen.filter((token) => token === name.split(':')[0]).length).toBeLessThanOrEqual(1);
  });

  test('of one token that is refused without a delay is tried again after the back-off', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator, ['a1:a']));
    simulator.behave('models', [{ status: 429 }, {}]);
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    expect(tokensSeen(simulator)).toEqual(['a1', 'a1']);
  });

  test('that rests as a whole answers 429 with the earliest return, and calls nobody', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator, ['a1:a', 'b1:b']));
    simulator.behave('models', { status: 429, headers: { 'retry-after': '90' } });
    const first = await gateway.post('/v1/chat/completions', chat());
    expect(first.status).toBe(429);
    const second = await gateway.post('/v1/chat/completions', chat());
    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(80);
    expect(simulator.requests('models')).toHaveLength(2);
  });

  test('forgets that a token was dead when the configuration brings another value, without any token-rotator', async () => {
    await using simulator = await startSimulator();
    const config = pooled(simulator, ['a1:a', 'b1:b']);
    await using gateway = await startGateway(config);
    const post = () => gateway.post('/v1/chat/completions', chat());
    simulator.behave('models', perToken({ a1: { fault: 'invalid_key' } }));
    expect((await post()).status).toBe(200);
    const tokens = [
      { name: 'a1', account: 'a', value: 'ghp_new' },
      { name: 'b1', account: 'b', value: 'ghp_b1' },
    ];
    gateway.applyConfig(readConfig({ ...config, token_pools: { github: { tokens } } }));
    simulator.behave('models', perToken({ b1: { fault: 'invalid_key' } }));
    expect((await post()).status).toBe(200);
    expect(tokensSeen(simulator)).toEqual(['a1', 'b1', 'b1', 'new']);
  });

  test('tells the client when the first of its tokens returns, also the request that found that out', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator, ['a1:a', 'b1:b', 'c1:c', 'd1:d', 'e1:e']));
    const limited = (seconds: number) => ({ status: 429, headers: { 'retry-after': `${seconds}` } });
    simulator.behave(
      'models',
      perToken({ a1: limited(90), b1: limited(40), c1: limited(80), d1: limited(70), e1: limited(60) }),
    );
    for (const _ of [1, 2]) {
      const response = await gateway.post('/v1/chat/completions', chat());
      expect(response.status).toBe(429);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(30);
      expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(40);
    }
    expect(tokensSeen(simulator)).toEqual(['a1', 'b1', 'c1', 'd1', 'e1']);
  });

  test('a repeat of a token waits, whatever other tokens were told in between', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pooled(simulator, ['a1:a', 'b1:b'], { retry: { base_delay: '400ms', max_delay: '400ms', jitter: 0 } }),
    );
    simulator.behave(
      'models',
      perToken({ a1: { status: 429 }, b1: { status: 429, headers: { 'retry-after': '60' } } }),
    );
    const asked = gateway.post('/v1/chat/completions', chat());
    await simulator.waitForRequests('models', 2);
    simulator.behave('models', {});
    expect((await asked).status).toBe(200);
    const [first, , again] = simulator.requests('models');
    expect(tokensSeen(simulator)).toEqual(['a1', 'b1', 'a1']);
    expect(again!.at - first!.at).toBeGreaterThanOrEqual(390);
  });

  test('whose token is refused for a body that cannot be replayed uses another from then on', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator, ['a1:a', 'b1:b']));
    simulator.behave('models', perToken({ a1: { fault: 'invalid_key' } }));
    const upload = async () => {
      const body = new FormData();
      body.set('file', new Blob(['x']), 'speech.wav');
      const response = await fetch(`${gateway.url}/v1/audio/transcriptions`, { method: 'POST', body });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await upload()).toBe(502);
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    expect(await upload()).toBe(200);
    expect(tokensSeen(simulator)).toEqual(['a1', 'b1', 'b1']);
  });

  test('shows the client nothing of a value that the provider echoes, in whatever field', async () => {
    await using simulator = await startSimulator();
    const value = 'relay:hunter-two';
    await using gateway = await startGateway({
      ...pooled(simulator, []),
      token_pools: { github: { tokens: [{ name: 'a1', account: 'a', value }] } },
    });
    const error = { message: `bad ${value}`, type: value, code: value, param: value };
    simulator.behave('models', { status: 400, body: { error } });
    for (const stream of [false, true]) {
      const response = await gateway.post('/v1/chat/completions', { ...chat(), stream });
      const text = await response.text();
      expect(response.status).toBe(400);
      expect(text + JSON.stringify([...response.headers])).not.toContain('hunter-two');
    }
    expect(JSON.stringify(gateway.lines())).not.toContain('hunter-two');
  });

  test('never shows a value: not in logs, metrics, status or answers', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(pooled(simulator, [`${CANARY}:a`, 'b1:b']));
    simulator.behave(
      'models',
      perToken({
        [CANARY]: { status: 401, body: { error: { message: `Incorrect API key provided: ghp_${CANARY}` } } },
        b1: { status: 400, body: { error: { message: `bad ghp_${CANARY}`, type: 'invalid_request_error' } } },
      }),
    );
    const answer = await (await gateway.post('/v1/chat/completions', chat())).text();
    const pages = await Promise.all(
      ['/metrics', '/', '/admin/status'].map(async (path) => (await fetch(gateway.adminUrl + path)).text()),
    );
    for (const text of [answer, JSON.stringify(gateway.lines()), ...pages])
      expect(text).not.toContain(CANARY_VALUE);
  });
});

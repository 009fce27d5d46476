import type { Behaviour } from '@holdfast/simulator/behaviour';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { freePort } from '@holdfast/state/testing/redis-server';
import { describe, expect, test } from '@jest/globals';
import { type ProbeOrder, type ProbeReport, probe } from '../src/probe/probe.ts';
import { buildTargets } from '../src/target.ts';
import { type ConfigFile, readConfig } from './start-health-checker.ts';

interface Setup {
  readonly kind?: 'models' | 'chat' | 'auto';
  readonly protocol?: 'openai' | 'anthropic';
  readonly models?: Record<string, string>;
  readonly routes?: ConfigFile[];
  readonly pooled?: boolean;
  readonly baseUrl?: string;
  readonly order?: Partial<ProbeOrder>;
}

const CODE = 'K7M2QXRA';

/** Probes the simulator's upstream `it`. */
async function probeIt(
  simulator: Simulator,
  behaviour: Behaviour | Behaviour[],
  setup: Setup = {},
): Promise<ProbeReport> {
  simulator.behave('it', behaviour);
  const config = readConfig({
    token_pools: { pool: { tokens: [{ name: 'T1', value: 'sk-pool-token-1', account: 'a' }] } },
    clusters: {
      main: {
        protocol: setup.protocol ?? 'openai',
        endpoints: [
          {
            name: 'it',
            base_url: setup.baseUrl ?? simulator.baseUrl('it'),
            ...(setup.pooled ? { token_pool: 'pool' } : { api_key: 'sk-the-key' }),
            models: setup.models ?? {},
            probe: setup.kind ?? 'chat',
          },
        ],
      },
    },
    routes: setup.routes ?? [{ model: 'gpt-4o-mini', cluster: 'main' }],
    health: { timeout: '1s' },
  });
  const target = buildTargets(config).get('main/it')!;
  try {
    return await probe({
      target,
      credential: 'sk-the-key',
      timeoutMs: config.health.timeoutMs,
      shutdown: new AbortController().signal,
      now: Date.now,
      random: Math.random,
      listed: undefined,
      preferChat: false,
      noChat: null,
      ...setup.order,
    });
  } finally {
    await target.pool.destroy();
  }
}

describe('a conversation', () => {
  test.each(['openai', 'anthropic'] as const)('with a working %s model proves it up', async (protocol) => {
    await using simulator = await startSimulator();
    const report = await probeIt(simulator, {}, { protocol, models: { 'gpt-4o-mini': 'vendor/small' } });
    expect(report.finding).toMatchObject({ found: 'up', result: 'ok', reason: null });
    expect(report.llmTokens).toBeGreaterThan(0);
    const [request, ...others] = simulator.requests('it');
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      method: 'POST',
      path: protocol === 'openai' ? '/v1/chat/completions' : '/v1/messages',
      token: 'sk-the-key',
      model: 'vendor/small',
      json: { max_tokens: 1024 },
    });
    if (protocol === 'anthropic') expect(request!.headers['anthropic-version']).toBe('2023-06-01');
  });

  test.each<[string, Behaviour, Record<string, unknown>]>([
    [
      'a canned text',
      { text: 'The assistant is temporarily unavailable.' },
      { found: 'down', result: 'wrong_answer', conclusive: true },
    ],
    [
      'the answer to an earlier question',
      { text: CODE },
      { found: 'down', result: 'wrong_answer', conclusive: true },
    ],
    [
      'a web page with status 200',
      { fault: 'html' },
      { found: 'down', result: 'wrong_answer', conclusive: true },
    ],
    [
      'garbage with status 200',
      { fault: 'garbage' },
      { found: 'down', result: 'wrong_answer', conclusive: true },
    ],
    ['an error inside a 200', { fault: 'error_in_200' }, { found: 'down', conclusive: false }],
    ['an empty answer', { fault: 'empty_content' }, { found: 'down', result: 'empty_response' }],
    ['reasoning without an answer', { fault: 'reasoning_only' }, { found: 'down', result: 'empty_response' }],
    ['an answer cut at the limit', { fault: 'length_empty' }, { found: 'degraded', result: 'unproven' }],
    ['a content filter', { fault: 'content_filter' }, { found: 'degraded', result: 'unproven' }],
    [
      'a disabled key',
      { fault: 'invalid_key' },
      { found: 'down', result: 'auth_error', reason: expect.stringMatching(/^auth: /), lasting: true },
    ],
    [
      'no credit',
      { fault: 'insufficient_quota' },
      { found: 'down', result: 'quota_exhausted', reason: expect.stringMatching(/^quota: /), lasting: true },
    ],
    [
      'the day’s quota',
      { fault: 'github_day_quota' },
      { found: 'down', result: 'quota_exhausted', restMs: expect.any(Number) },
    ],
    ['a rate limit', { fault: 'openai_429' }, { found: 'degraded', result: 'rate_limited' }],
    ['a model that is not there', { fault: 'model_not_found' }, { found: 'down', result: 'model_missing' }],
    ['a 502', { fault: 'nginx_502' }, { found: 'down', result: 'server_error' }],
    ['overload', { fault: 'server_503' }, { found: 'down', result: 'overloaded' }],
    [
      'a redirect, which is not followed',
      { fault: 'redirect_302' },
      { found: 'down', result: 'bad_response' },
    ],
    [
      'silence',
      { stall: 'before_headers' },
      { found: 'down', result: 'timeout', reason: expect.stringMatching(/^timeout: /) },
    ],
    ['a body that never ends', { stall: 'mid_body' }, { found: 'down', result: 'timeout' }],
    ['a reset', { reset: 'before_headers' }, { found: 'down', result: 'connect_error' }],
    [
      'a late answer',
      { latencyMs: 650 },
      { found: 'degraded', result: 'slow', reason: expect.stringMatching(/^slow: /) },
    ],
    ['an event stream although none was asked for', { as: 'sse' }, { found: 'up', result: 'ok' }],
    ['reasoning before the answer', { reasoning: 'let me see' }, { found: 'up', result: 'ok' }],
  ])('%s', async (_name, behaviour, expected) => {
    await using simulator = await startSimulator();
    const { finding } = await probeIt(simulator, behaviour);
    expect(finding).toMatchObject(expected);
    expect(finding.reason ?? '').not.toMatch(/127\.0\.0\.1|sk-/);
    expect(simulator.requests('it')).toHaveLength(1);
  });

  test('another model in its place is told, and still serves', async () => {
    await using simulator = await startSimulator();
    const answered = {
      model: 'llama-3-8b',
      choices: [{ message: { role: 'assistant', content: CODE }, finish_reason: 'stop' }],
    };
    const fixed = [...CODE].map((letter) => 'ABCDEFGHJKMNPQRTUVWXYZ2346789'.indexOf(letter) / 29 + 0.001);
    let turn = 0;
    const { finding } = await probeIt(
      simulator,
      { body: answered },
      { order: { random: () => fixed[turn++ % 8]! } },
    );
    expect(finding).toMatchObject({
      found: 'degraded',
      result: 'wrong_model',
      reason: 'wrong_model: asked for gpt-4o-mini, llama-3-8b answered',
    });
  });

  test('a model that refuses max_tokens is asked with its own field', async () => {
    await using simulator = await startSimulator();
    const refusal = {
      status: 400,
      body: {
        error: {
          message:
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          type: 'invalid_request_error',
          param: 'max_tokens',
          code: 'unsupported_parameter',
        },
      },
    };
    const { finding } = await probeIt(simulator, [refusal, {}]);
    expect(finding.found).toBe('up');
    expect(simulator.requests('it').map(({ json }) => Object.keys(json as object))).toEqual([
      ['model', 'messages', 'max_tokens'],
      ['model', 'messages', 'max_completion_tokens'],
    ]);
  });

  test('one token of a pool that is refused or used up does not take the endpoint down', async () => {
    await using simulator = await startSimulator();
    for (const fault of ['invalid_key', 'insufficient_quota'] as const) {
      expect((await probeIt(simulator, { fault }, { pooled: true })).finding.found).toBe('degraded');
    }
  });

  test('nothing there: refused', async () => {
    await using simulator = await startSimulator();
    const { finding } = await probeIt(simulator, {}, { baseUrl: `http://127.0.0.1:${await freePort()}/v1` });
    expect(finding).toMatchObject({
      found: 'down',
      result: 'connect_error',
      reason: 'refused: connection refused',
    });
  });
});

describe('the list of models', () => {
  test.each(['openai', 'anthropic'] as const)(
    'of a working %s endpoint proves it up for free, and is remembered',
    async (protocol) => {
      await using simulator = await startSimulator();
      const report = await probeIt(simulator, { models: ['m1', 'm2'] }, { kind: 'models', protocol });
      expect(report).toMatchObject({ finding: { found: 'up' }, llmTokens: 0, listed: ['m1', 'm2'] });
      expect(simulator.requests('it')).toMatchObject([
        { method: 'GET', path: '/v1/models', token: 'sk-the-key' },
      ]);
    },
  );

  test('tells which configured models are missing', async () => {
    await using simulator = await startSimulator();
    const setup = { kind: 'models', models: { a: 'm1', b: 'm2' } } as const;
    const { finding } = await probeIt(simulator, { models: ['m1'] }, setup);
    expect(finding).toMatchObject({
      found: 'degraded',
      result: 'model_missing',
      reason: 'model_missing: m2',
    });
  });

  test('a page instead of it is proof that nothing works there', async () => {
    await using simulator = await startSimulator();
    const { finding } = await probeIt(simulator, { fault: 'html' }, { kind: 'models' });
    expect(finding).toMatchObject({ found: 'down', result: 'wrong_answer', conclusive: true });
  });

  test('that does not exist says nothing', async () => {
    await using simulator = await startSimulator();
    const { finding } = await probeIt(simulator, { status: 404 }, { kind: 'models' });
    expect(finding).toMatchObject({ found: 'degraded', result: 'unproven' });
  });
});

describe('auto', () => {
  const calls = (simulator: Simulator) =>
    simulator.requests('it').map(({ method, path }) => `${method} ${path}`);
  const noList = { match: { path: '/v1/models' }, status: 404, times: 1000 };

  test('asks for the list, which costs nothing', async () => {
    await using simulator = await startSimulator();
    expect((await probeIt(simulator, {}, { kind: 'auto' })).finding.found).toBe('up');
    expect(calls(simulator)).toEqual(['GET /v1/models']);
  });

  test('talks to an endpoint that comes back', async () => {
    await using simulator = await startSimulator();
    const report = await probeIt(simulator, {}, { kind: 'auto', order: { preferChat: true } });
    expect(report.finding.found).toBe('up');
    expect(calls(simulator)).toEqual(['POST /v1/chat/completions']);
  });

  test('talks to an endpoint without a list, and remembers that it has none', async () => {
    await using simulator = await startSimulator();
    const report = await probeIt(simulator, [noList, {}], { kind: 'auto' });
    expect(report).toMatchObject({ finding: { found: 'up' }, listed: null });
    expect(calls(simulator)).toEqual(['GET /v1/models', 'POST /v1/chat/completions']);
    const again = await probeIt(simulator, [noList, {}], { kind: 'auto', order: { listed: report.listed } });
    expect(again.listed).toBeNull();
    expect(calls(simulator).slice(2)).toEqual(['POST /v1/chat/completions']);
  });

  test('an endpoint that answers everything with the same text is down', async () => {
    await using simulator = await startSimulator();
    const canned = {
      body: {
        choices: [
          { message: { role: 'assistant', content: 'Please try again later.' }, finish_reason: 'stop' },
        ],
      },
    };
    expect((await probeIt(simulator, canned, { kind: 'auto' })).finding).toMatchObject({
      found: 'down',
      result: 'wrong_answer',
      conclusive: true,
    });
    expect((await probeIt(simulator, { fault: 'html' }, { kind: 'auto' })).finding).toMatchObject({
      found: 'down',
      conclusive: true,
    });
  });

  test('where no model is configured it talks to one that the list names and a route would ask for', async () => {
    await using simulator = await startSimulator();
    const setup: Setup = {
      kind: 'auto',
      routes: [{ model: 'chatty-*', cluster: 'main' }],
      order: { preferChat: true },
    };
    const models = ['text-embedding-1', 'other-1', 'chatty-1'];
    expect((await probeIt(simulator, { models }, setup)).finding.found).toBe('up');
    expect(simulator.requests('it').map(({ model }) => model)).toEqual([null, 'chatty-1']);
  });

  test('holds no chat where none may be held', async () => {
    await using simulator = await startSimulator();
    const order = { preferChat: true, noChat: 'metered' };
    expect((await probeIt(simulator, {}, { kind: 'auto', order })).finding.found).toBe('up');
    expect((await probeIt(simulator, [noList, {}], { kind: 'auto', order })).finding).toMatchObject({
      found: 'degraded',
      reason: 'unproven: metered',
    });
    expect(calls(simulator)).toEqual(['GET /v1/models', 'GET /v1/models']);
  });
});

import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { type ConfigFile, chat, readAnswer, startGateway } from './start-gateway.ts';

/** Two endpoints in two tiers, and a second model. */
function twoTiers(simulator: Simulator, more: ConfigFile = {}): ConfigFile {
  const endpoint = (name: string, priority: number) => ({
    name,
    base_url: simulator.baseUrl(name),
    api_key: `sk-${name}`,
    priority,
  });
  return {
    clusters: {
      main: { protocol: 'openai', endpoints: [endpoint('primary', 1), endpoint('secondary', 2)] },
      spare: { protocol: 'openai', endpoints: [endpoint('spare', 1)] },
    },
    routes: [
      { model: 'small', cluster: 'spare' },
      { model: '*', cluster: 'main', fallback_models: ['small'] },
    ],
    ...more,
  };
}

const calls = (simulator: Simulator, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, simulator.requests(name).length]));

describe('a request that the first endpoint fails', () => {
  const faults = [
    { fault: 'nginx_502' },
    { status: 503 },
    { status: 500 },
    { fault: 'error_in_200' },
    { fault: 'empty' },
    { fault: 'empty_choices' },
    { fault: 'empty_content' },
    { fault: 'truncated_json' },
    { fault: 'html' },
    { status: 429, headers: { 'retry-after': '30' } },
    { status: 401 },
    { status: 404 },
    { reset: 'before_headers' },
    { reset: 'mid_body' },
  ] as const;
  for (const fault of faults) {
    test(`${JSON.stringify(fault)}: is answered by the second, each called once`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(twoTiers(simulator));
      simulator.behave('primary', fault);
      const response = await gateway.post('/v1/chat/completions', chat());
      expect(response.status).toBe(200);
      expect((await readAnswer(response)).choices[0]!.message.content).toContain('secondary');
      expect(
        Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('x-holdfast'))),
      ).toEqual({
        'x-holdfast-cluster': 'main',
        'x-holdfast-endpoint': 'secondary',
        'x-holdfast-model': 'gpt-4o',
        'x-holdfast-attempts': '2',
        'x-holdfast-fallback': 'endpoint',
        'x-holdfast-cache': 'off',
      });
      expect(calls(simulator, 'primary', 'secondary')).toEqual({ primary: 1, secondary: 1 });
    });
  }

  test('hangs: is answered by the second once the first content is late', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(twoTiers(simulator, { timeouts: { first_content: '150ms' } }));
    simulator.behave('primary', { stall: 'before_headers' });
    const response = await gateway.post('/v1/chat/completions', chat());
    expect(response.status).toBe(200);
    expect(response.headers.get('x-holdfast-endpoint')).toBe('secondary');
    await simulator.waitForAbort('primary');
  });

  test('refuses connections: is answered by the second without a wait', async () => {
    await using simulator = await startSimulator();
    const gone = await startSimulator();
    const config = twoTiers(simulator);
    (config.clusters as { main: { endpoints: { base_url: string }[] } }).main.endpoints[0]!.base_url =
      gone.baseUrl('primary');
    await gone.close();
    await using gateway = await startGateway(config);
    const response = await gateway.post('/v1/chat/completions', chat());
    expect(response.headers.get('x-holdfast-endpoint')).toBe('secondary');
    expect(
      await gateway.metric(
        'holdfast_upstream_attempts_total{llm_cluster="main",llm_endpoint="primary",result="connect_error"}',
      ),
    ).toBe(1);
  });

  test('and so does the whole cluster: goes to the fallback model, under its own name', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(twoTiers(simulator));
    simulator.behave('primary', { status: 502 });
    simulator.behave('secondary', { status: 502 });
    const response = await gateway.post('/v1/chat/completions', chat());
    expect(response.status).toBe(200);
    expect(response.headers.get('x-holdfast-fallback')).toBe('model');
    expect(response.headers.get('x-holdfast-model')).toBe('small');
    expect(simulator.requests('spare').map(({ model }) => model)).toEqual(['small']);
    expect(calls(simulator, 'primary', 'secondary')).toEqual({ primary: 2, secondary: 2 });
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="fallback"}',
      ),
    ).toBe(1);
  });
});

describe('a request that nothing can help', () => {
  test('gets an error of the contract, with every attempt in it, and SDKs are told not to retry', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway({
      clusters: {
        main: {
          protocol: 'openai',
          endpoints: [{ name: 'only', base_url: simulator.baseUrl('only'), api_key: 'sk-only' }],
        },
      },
      routes: [{ model: '*', cluster: 'main' }],
    });
    simulator.behave('only', { fault: 'nginx_502' });
    const response = await gateway.post('/v1/chat/completions', chat());
    expect(response.status).toBe(502);
    expect(response.headers.get('x-should-retry')).toBe('false');
    const { error } = await readAnswer(response);
    expect(error).toMatchObject({ type: 'upstream_error', code: 'all_attempts_failed', param: null });
    expect(error.message).toMatch(/^All 4 attempts for model 'gpt-4o' failed: only 502/);
    expect(error.attempts).toHaveLength(4);
    expect(error.attempts[0]).toEqual({
      endpoint: 'only',
      result: 'server_error',
      status: 502,
      duration_ms: expect.any(Number),
    });
    expect(JSON.stringify(error)).not.toContain('nginx');
    expect(simulator.requests('only')).toHaveLength(4);
  });

  test('gets the canned answer where that is configured, stream or not, unless it asks for the honest error', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway({
      clusters: {
        main: {
          protocol: 'openai',
          endpoints: [{ name: 'only', base_url: simulator.baseUrl('only'), api_key: 'sk-only' }],
        },
      },
      routes: [{ model: '*', cluster: 'main' }],
      fallback: { mode: 'canned', texts: ['Please try again.'] },
    });
    simulator.behave('only', { status: 503 });
    const whole = await gateway.post('/v1/chat/completions', chat());
    expect(whole.status).toBe(200);
    expect(whole.headers.get('x-holdfast-fallback')).toBe('canned');
    expect(whole.headers.get('x-holdfast-endpoint')).toBe('none');
    expect((await readAnswer(whole)).choices[0]).toMatchObject({
      message: { role: 'assistant', content: 'Please try again.' },
      finish_reason: 'stop',
    });
    const stream = await gateway.post('/v1/chat/completions', chat('gpt-4o', { stream: true }));
    const text = await stream.text();
    expect(text).toContain('Please try again.');
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    const honest = await gateway.post('/v1/chat/completions', chat(), { 'x-holdfast-fallback': 'off' });
    expect(honest.status).toBe(503);
    expect(
      await gateway.metric('holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="canned"}'),
    ).toBe(2);
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="exhausted"}',
      ),
    ).toBe(1);
  });

  test('because it is wrong: keeps the provider’s words and is tried once', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(twoTiers(simulator));
    simulator.behave('primary', {
      status: 400,
      body: {
        error: {
          message: "Unsupported parameter: 'foo'",
          type: 'invalid_request_error',
          param: 'foo',
          code: 'unsupported_parameter',
        },
      },
    });
    const response = await gateway.post('/v1/chat/completions', chat());
    expect(response.status).toBe(400);
    expect((await readAnswer(response)).error).toMatchObject({
      message: "Unsupported parameter: 'foo'",
      type: 'invalid_request_error',
      param: 'foo',
      code: 'unsupported_parameter',
    });
    expect(calls(simulator, 'primary', 'secondary', 'spare')).toEqual({ primary: 1, secondary: 0, spare: 0 });
  });

  test('ends at its deadline, whatever hangs', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(twoTiers(simulator));
    for (const name of ['primary', 'secondary', 'spare']) simulator.behave(name, { stall: 'before_headers' });
    const response = await gateway.post('/v1/chat/completions', chat(), { 'x-holdfast-timeout': '300ms' });
    expect(response.status).toBe(504);
    expect((await readAnswer(response)).error.code).toBe('deadline_exceeded');
  });
});

describe('the breaker', () => {
  test('takes an endpoint out after its failures in a row and the others spare the attempt', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(twoTiers(simulator));
    simulator.behave('primary', { status: 500 });
    for (let i = 0; i < 5; i++) expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
    expect(calls(simulator, 'primary', 'secondary')).toEqual({ primary: 3, secondary: 5 });
    expect(
      await gateway.metric('holdfast_breaker_state{llm_cluster="main",llm_endpoint="primary",state="open"}'),
    ).toBe(1);
  });

  test('of a single endpoint lets one least-bad try through, and a success closes it', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway({
      clusters: {
        main: {
          protocol: 'openai',
          endpoints: [{ name: 'only', base_url: simulator.baseUrl('only'), api_key: 'sk-only' }],
        },
      },
      routes: [{ model: '*', cluster: 'main' }],
    });
    simulator.behave('only', { status: 500 });
    for (let i = 0; i < 3; i++) await gateway.post('/v1/chat/completions', chat());
    expect(simulator.requests('only')).toHaveLength(12);
    const refused = await gateway.post('/v1/chat/completions', chat());
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await readAnswer(refused)).error.code).toBe('no_endpoint_available');
    expect(simulator.requests('only')).toHaveLength(13);
    simulator.behave('only', {});
    expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200);
  });
});

import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { endedWell, lastLine, read, saidIn } from '../faults/pair.ts';
import { chat, startGateway, type TestGateway } from '../start-gateway.ts';
import { CLAUDE, OPENAI, PATHS, vendors } from './vendors.ts';

/** What models count: asked for where a stream would not tell it, kept from who did not ask, estimated where nobody tells. */

const STREAM = { stream: true };
const counted = (gateway: TestGateway, type: string) =>
  gateway.metric(`holdfast_llm_tokens_total{llm_cluster="main",model="other",type="${type}"}`);
const told = (simulator: Simulator, name = 'openai') =>
  simulator.requests(name).map(({ json }) => (json as Record<string, unknown>).stream_options);

describe('a stream whose client did not ask for usage', () => {
  test.each([
    ['chat', PATHS.chat, chat('gpt-4o', STREAM), 'chat stream'],
    ['completions', PATHS.completions, { model: 'gpt-4o', prompt: 'Hi', ...STREAM }, 'completions stream'],
  ] as const)(
    '%s: an endpoint known to take it is asked, the client sees none of it, and it is counted',
    async (_, path, body, way) => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(vendors(simulator, [OPENAI]));
      const answer = await read(await gateway.post(path, body));
      expect(endedWell(answer, way)).toBe(true);
      expect(saidIn(answer)).toBe('Hello from openai, you said: Hi');
      expect(answer.text).not.toMatch(/"prompt_tokens"|"choices":\[\]/);
      expect(told(simulator)).toEqual([{ include_usage: true }]);
      const { usage } = lastLine(gateway);
      expect(usage).toEqual({ inputTokens: expect.any(Number), outputTokens: expect.any(Number) });
      expect(lastLine(gateway)).not.toHaveProperty('usage_estimated');
      expect([await counted(gateway, 'input'), await counted(gateway, 'output')]).toEqual([
        usage!.inputTokens,
        usage!.outputTokens,
      ]);
    },
  );

  test('every other byte of the request is the client’s', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [OPENAI]));
    const body =
      '{ "stream": true,"model":"gpt-4o", "x_own": 1e2, "messages":[{"role":"user","content":"Hi"}] }';
    await read(await gateway.post(PATHS.chat, body));
    expect(simulator.requests('openai')[0]!.body).toBe(
      body.replace('{', '{"stream_options":{"include_usage":true},'),
    );
  });

  test.each([
    ['the endpoint is of no known provider', {}],
    ['its provider refuses it', { provider: 'mistral' }],
    ['the configuration says so', { provider: 'openai', stream_usage: false }],
  ])('is sent as it came where %s', async (_, keys) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [{ name: 'openai', ...keys }]));
    await read(await gateway.post(PATHS.chat, chat('gpt-4o', STREAM)));
    expect(told(simulator)).toEqual([undefined]);
    expect(lastLine(gateway)).toMatchObject({
      usage: { inputTokens: 2, outputTokens: null },
      usage_estimated: true,
    });
    expect(await counted(gateway, 'input')).toBe(0);
  });

  test('an endpoint that refuses it is asked again without, then and from then on', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [OPENAI]));
    const message = 'Unrecognized request argument supplied: stream_options';
    simulator.behave('openai', [
      { status: 400, body: { error: { message, type: 'invalid_request_error' } } },
      {},
    ]);
    for (let i = 0; i < 2; i++) {
      const answer = await read(await gateway.post(PATHS.chat, chat('gpt-4o', STREAM)));
      expect([answer.status, saidIn(answer)]).toEqual([200, 'Hello from openai, you said: Hi']);
    }
    expect(told(simulator)).toEqual([{ include_usage: true }, undefined, undefined]);
  });
});

describe('a stream whose client says what it wants', () => {
  test.each([
    [{ include_usage: true }, true],
    [{ include_usage: false }, false],
  ])('%j: is asked for that', async (stream_options, isTold) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [OPENAI]));
    const answer = await read(await gateway.post(PATHS.chat, chat('gpt-4o', { ...STREAM, stream_options })));
    expect(told(simulator)).toEqual([stream_options]);
    expect(answer.text.includes('"prompt_tokens"')).toBe(isTold);
  });

  test('gets usage from an Anthropic endpoint, too, when it asked for it, and only then', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE]));
    for (const include_usage of [true, false]) {
      const body = chat('gpt-4o', { ...STREAM, stream_options: { include_usage } });
      const answer = await read(await gateway.post(PATHS.chat, body));
      expect(answer.text.includes('"prompt_tokens"')).toBe(include_usage);
      expect(lastLine(gateway).usage).toEqual({
        inputTokens: expect.any(Number),
        outputTokens: expect.any(Number),
      });
    }
  });
});

test('a whole answer without usage is estimated in the log, marked, and not counted', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(vendors(simulator, [OPENAI]));
  simulator.behave('openai', { usage: false, text: 'x'.repeat(400) });
  await read(await gateway.post(PATHS.chat, chat()));
  const { usage, usage_estimated } = lastLine(gateway);
  expect(usage_estimated).toBe(true);
  expect(usage!.inputTokens).toBe(2);
  expect(usage!.outputTokens).toBeGreaterThanOrEqual(100);
  expect(usage!.outputTokens).toBeLessThan(120);
  expect(await counted(gateway, 'output')).toBe(0);
});

describe('count_tokens', () => {
  const body = chat('gpt-4o', { system: 'x'.repeat(394) });

  test('is the provider’s where an endpoint counts', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [OPENAI, CLAUDE]));
    const answer = await read(await gateway.post('/v1/messages/count_tokens', body));
    expect([answer.status, answer.headers.get('x-holdfast-endpoint')]).toEqual([200, 'claude']);
    expect(answer.headers.get('x-holdfast-estimated')).toBeNull();
    expect(simulator.requests('claude')[0]!.path).toBe('/v1/messages/count_tokens');
  });

  test('is estimated where those who count fail and another vendor would answer', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE, OPENAI]));
    simulator.behave('claude', { fault: 'anthropic_529' });
    const answer = await read(await gateway.post('/v1/messages/count_tokens', body));
    expect([answer.status, answer.headers.get('x-holdfast-estimated')]).toEqual([200, 'input_tokens']);
    expect(answer.headers.get('x-holdfast-fallback')).toBe('endpoint');
    expect(simulator.requests('claude').length).toBeGreaterThan(0);
    expect(simulator.requests('openai')).toEqual([]);
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="main",protocol="anthropic",outcome="fallback"}',
      ),
    ).toBe(1);
  });

  test('is estimated from the request, and marked as that, where none does', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [OPENAI]));
    const answer = await read(await gateway.post('/v1/messages/count_tokens', body));
    expect([answer.status, answer.headers.get('x-holdfast-estimated')]).toEqual([200, 'input_tokens']);
    expect(JSON.parse(answer.text)).toEqual({ input_tokens: 100 });
    expect(answer.headers.get('x-holdfast-endpoint')).toBe('none');
    expect(simulator.requests()).toEqual([]);
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="main",protocol="anthropic",outcome="primary"}',
      ),
    ).toBe(1);
  });
});

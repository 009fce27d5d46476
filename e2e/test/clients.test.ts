import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { freePort } from '@holdfast/state/testing/redis-server';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anthropicClient, ask, openAiClient, type Protocol } from '../support/sdk-clients.ts';
import { type GatewayProcess, startGateway } from '../support/start-service.ts';

const PROTOCOLS: readonly Protocol[] = ['openai', 'anthropic'];
const RETRIES = [0, undefined];

/** Each case has a cluster of its own, so that no breaker remembers another. */
const CASES = ['healthy', 'recovers', 'dead-primary'].flatMap((name) =>
  PROTOCOLS.flatMap((protocol) =>
    RETRIES.flatMap((maxRetries) =>
      [false, true].map((stream) => ({
        name,
        protocol,
        maxRetries,
        stream,
        model: [name, protocol, maxRetries ?? 'default', stream ? 'stream' : 'whole'].join('-'),
      })),
    ),
  ),
);

let stack: AsyncDisposableStack;
let simulator: Simulator;
let gateway: GatewayProcess;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  simulator = stack.use(await startSimulator());
  const nobody = `http://127.0.0.1:${await freePort()}/v1`;
  const endpoint = (name: string, base_url: string, priority = 1) => ({
    name,
    base_url,
    priority,
    api_key: 'sk-provider',
  });
  const primary = (model: string) => `${model}.primary`;
  const clusters = Object.fromEntries([
    // First: uploads, which name no model the gateway could read, go to the first cluster.
    ...PROTOCOLS.map((protocol) => [
      protocol,
      { protocol, endpoints: [endpoint('only', simulator.baseUrl(protocol))] },
    ]),
    ...CASES.map(({ name, protocol, model }) => [
      model,
      {
        protocol,
        endpoints: [
          endpoint('primary', name === 'dead-primary' ? nobody : simulator.baseUrl(primary(model))),
          ...(name === 'recovers' ? [] : [endpoint('secondary', simulator.baseUrl(`${model}.secondary`), 2)]),
        ],
      },
    ]),
    ...PROTOCOLS.map((protocol) => [
      `down-${protocol}`,
      { protocol, endpoints: [endpoint('only', simulator.baseUrl(`down-${protocol}`))] },
    ]),
  ]);
  gateway = stack.use(
    await startGateway({
      retry: { base_delay: '20ms', max_delay: '100ms' },
      clusters,
      routes: [
        ...CASES.map(({ model }) => ({ model, cluster: model })),
        ...PROTOCOLS.map((protocol) => ({ model: `down-${protocol}`, cluster: `down-${protocol}` })),
        { model: 'claude-*', cluster: 'anthropic' },
        { model: 'gpt-4o-mini', cluster: 'openai' },
        { model: '*', cluster: 'openai' },
      ],
    }),
  );
  for (const { name, model } of CASES)
    if (name === 'recovers') simulator.behave(primary(model), [{ fault: 'nginx_502', times: 2 }, {}]);
}, 60_000);

afterAll(() => stack.disposeAsync());

/** How often each upstream was called, as the simulator saw it. */
const calls = (model: string) => ({
  primary: simulator.requests(`${model}.primary`).map(({ status }) => status),
  secondary: simulator.requests(`${model}.secondary`).map(({ status }) => status),
});

const EXPECTED = {
  healthy: {
    what: 'a healthy primary answers',
    endpoint: 'primary',
    attempts: '1',
    primary: [200],
    secondary: [],
  },
  recovers: {
    what: 'the only endpoint fails with 502 twice, then answers',
    endpoint: 'primary',
    attempts: '3',
    primary: [502, 502, 200],
    secondary: [],
  },
  'dead-primary': {
    what: 'nobody listens at the primary, the secondary answers',
    endpoint: 'secondary',
    attempts: '2',
    primary: [],
    secondary: [200],
  },
} as const;

describe.each(PROTOCOLS)('the official %s client, told nothing but the base URL', (protocol) => {
  const cases = CASES.filter((one) => one.protocol === protocol);
  test.each(cases.map((one) => ({ ...one, what: EXPECTED[one.name as keyof typeof EXPECTED].what })))(
    '$what; stream $stream, maxRetries $maxRetries: no error',
    async ({ name, model, stream, maxRetries }) => {
      const { endpoint, attempts, primary, secondary } = EXPECTED[name as keyof typeof EXPECTED];
      const heard = await ask(protocol, { url: gateway.url, model, stream, maxRetries });
      expect(heard).toEqual({
        text: `Hello from ${model}.${endpoint}, you said: ping`,
        finish: protocol === 'openai' ? 'stop' : 'end_turn',
        endpoint,
        attempts,
      });
      expect(calls(model)).toEqual({ primary, secondary });
    },
  );
});

describe.each(PROTOCOLS)('the official %s client with its own retries on, when nothing helps', (protocol) => {
  test('is told so once: its retries do not multiply those of the gateway', async () => {
    const model = `down-${protocol}`;
    const question = { url: gateway.url, model, stream: false, maxRetries: undefined };
    simulator.behave(model, { fault: 'nginx_502' });
    await expect(ask(protocol, question)).rejects.toMatchObject({ status: 502 });
    expect(simulator.requests(model).map(({ status }) => status)).toEqual([502, 502, 502, 502]);
  });
});

const weather = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
};
const user = [{ role: 'user' as const, content: 'weather in Oslo?' }];

describe('the official openai client', () => {
  const model = 'gpt-4o-mini';
  const client = () => openAiClient(gateway.url, 0);
  const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: weather } }];
  const tool_choice = { type: 'function' as const, function: { name: 'get_weather' } };

  test('calls tools', async () => {
    const answer = await client().chat.completions.create({ model, messages: user, tools, tool_choice });
    const [call] = answer.choices[0]!.message.tool_calls!;
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
    expect(answer.choices[0]!.finish_reason).toBe('tool_calls');
  });

  test('calls tools in a stream', async () => {
    const stream = client().chat.completions.stream({ model, messages: user, tools, tool_choice });
    const { choices } = await stream.finalChatCompletion();
    const call = choices[0]!.message.tool_calls![0]!;
    expect(call.type === 'function' && JSON.parse(call.function.arguments)).toEqual({
      city: expect.any(String),
    });
  });

  test('gets the usage of a stream when it asks for it', async () => {
    const stream = client().chat.completions.stream({
      model,
      messages: user,
      stream_options: { include_usage: true },
    });
    expect((await stream.finalChatCompletion()).usage?.completion_tokens).toBeGreaterThan(0);
  });

  test('completes text, whole and streamed', async () => {
    const whole = await client().completions.create({ model, prompt: 'ping' });
    expect(whole.choices[0]!.text).toContain('ping');
    let text = '';
    for await (const chunk of await client().completions.create({ model, prompt: 'ping', stream: true }))
      text += chunk.choices[0]?.text ?? '';
    expect(text).toBe(whole.choices[0]!.text);
  });

  test('gets responses, whole and streamed', async () => {
    const whole = await client().responses.create({ model, input: 'ping' });
    expect(whole.status).toBe('completed');
    expect(whole.output_text).toContain('ping');
    const streamed = await client().responses.stream({ model, input: 'ping' }).finalResponse();
    expect(streamed.output_text).toBe(whole.output_text);
  });

  test('embeds', async () => {
    const { data } = await client().embeddings.create({
      model: 'text-embedding-3-small',
      input: ['a', 'b'],
      dimensions: 8,
    });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([8, 8]);
  });

  test('makes images', async () => {
    const { data } = await client().images.generate({ model: 'gpt-image-1', prompt: 'a lighthouse' });
    expect(data).toHaveLength(1);
  });

  test('moderates', async () => {
    const { results } = await client().moderations.create({
      model: 'omni-moderation-latest',
      input: 'hello',
    });
    expect(results[0]!.flagged).toBe(false);
  });

  test('lists the models', async () => {
    const ids: string[] = [];
    for await (const { id } of client().models.list()) ids.push(id);
    expect(ids).toContain(model);
  });

  test('uploads audio, which is passed on as it is', async () => {
    const before = simulator.requests('openai').length;
    await client().audio.transcriptions.create({
      model: 'whisper-1',
      file: new File([new Uint8Array([1, 2, 3])], 'speech.wav'),
    });
    const [upload] = simulator.requests('openai').slice(before);
    expect(upload).toMatchObject({ path: '/v1/audio/transcriptions', token: 'sk-provider', status: 200 });
  });

  test('is told of its own mistake once, in the provider’s words', async () => {
    const model = 'mistaken';
    simulator.behave('openai', [{ fault: 'bad_request', match: { model } }]);
    const before = simulator.requests('openai').length;
    await expect(
      openAiClient(gateway.url).chat.completions.create({ model, messages: user }),
    ).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
    });
    expect(simulator.requests('openai').length - before).toBe(1);
    simulator.clearBehaviour('openai');
  });
});

describe('the official anthropic client', () => {
  const model = 'claude-sonnet-5';
  const client = () => anthropicClient(gateway.url, 0);
  const tools = [{ name: 'get_weather', input_schema: weather }];
  const tool_choice = { type: 'tool' as const, name: 'get_weather' };

  test('calls tools', async () => {
    const answer = await client().messages.create({
      model,
      max_tokens: 100,
      messages: user,
      tools,
      tool_choice,
    });
    expect(answer.stop_reason).toBe('tool_use');
    expect(answer.content).toContainEqual(expect.objectContaining({ type: 'tool_use', name: 'get_weather' }));
  });

  test('calls tools in a stream', async () => {
    const stream = client().messages.stream({ model, max_tokens: 100, messages: user, tools, tool_choice });
    const { content } = await stream.finalMessage();
    expect(content).toContainEqual(
      expect.objectContaining({ type: 'tool_use', input: { city: expect.any(String) } }),
    );
  });

  test('counts tokens', async () => {
    const { input_tokens } = await client().messages.countTokens({ model, messages: user });
    expect(input_tokens).toBeGreaterThan(0);
  });

  test('lists the models', async () => {
    const ids: string[] = [];
    for await (const { id } of client().models.list()) ids.push(id);
    expect(ids).toContain('gpt-4o-mini');
  });
});

import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { endedWell, lastLine, read, saidIn } from '../faults/pair.ts';
import { chat, startGateway } from '../start-gateway.ts';
import { CLAUDE, eventsIn, OPENAI, PATHS, vendors, WEATHER } from './vendors.ts';

/** A cluster of several vendors: a client of either protocol is served by whoever is left. */

const calls = (simulator: Simulator, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, simulator.requests(name).length]));
const DEAD = { fault: 'nginx_502' } as const;
const TOOL_CALL = { toolCall: { name: 'get_weather', arguments: { city: 'Berlin' } } } as const;

describe('every OpenAI endpoint dies and only an Anthropic one is left', () => {
  const tiers = [OPENAI, { ...OPENAI, name: 'azure' }, CLAUDE];

  test('a chat client that streams tool calls keeps working, and says what the tool said', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, tiers));
    simulator.behave('openai', DEAD);
    simulator.behave('azure', DEAD);
    simulator.behave('claude', TOOL_CALL);
    const ask = (messages: object[]) =>
      gateway.post(PATHS.chat, { model: 'gpt-4o', messages, stream: true, tools: [WEATHER.chat] }).then(read);
    const user = { role: 'user', content: 'What is the weather in Berlin?' };

    const first = await ask([user]);
    expect(endedWell(first, 'chat stream')).toBe(true);
    expect(first.headers.get('x-holdfast-endpoint')).toBe('claude');
    expect(first.headers.get('x-holdfast-fallback')).toBe('endpoint');
    expect(first.headers.get('x-holdfast-attempts')).toBe('3');
    const deltas = eventsIn(first.text).flatMap(({ choices }) => choices);
    const parts = deltas.flatMap(({ delta }) => delta.tool_calls ?? []);
    const call = {
      id: parts[0]!.id,
      type: 'function',
      function: {
        name: parts[0]!.function.name,
        arguments: parts.map((part) => part.function.arguments).join(''),
      },
    };
    expect(call).toMatchObject({ function: { name: 'get_weather', arguments: '{"city":"Berlin"}' } });
    expect(deltas.at(-1)!.finish_reason).toBe('tool_calls');
    expect(calls(simulator, 'openai', 'azure', 'claude')).toEqual({ openai: 1, azure: 1, claude: 1 });

    simulator.behave('claude', { text: 'Sunny.' });
    const second = await ask([
      user,
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: call.id, content: '24 degrees' },
    ]);
    expect(saidIn(second)).toBe('Sunny.');
    expect(endedWell(second, 'chat stream')).toBe(true);
    const told = simulator.requests('claude').at(-1)!;
    expect(told).toMatchObject({ path: '/v1/messages', model: 'claude-sonnet-4-5', token: 'sk-claude' });
    expect(JSON.stringify(told.json)).toContain('"type":"tool_result"');
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="fallback"}',
      ),
    ).toBe(2);
  });
});

describe('every Anthropic endpoint dies and only an OpenAI one is left', () => {
  const tiers = [
    { ...CLAUDE, models: {} },
    { ...CLAUDE, name: 'relay', models: {} },
    { ...OPENAI, models: { 'claude-sonnet-4-5': 'gpt-4o' } },
  ];

  test('a Messages client that streams tool calls keeps working, and says what the tool said', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, tiers));
    simulator.behave('claude', { fault: 'anthropic_529' });
    simulator.behave('relay', DEAD);
    simulator.behave('openai', TOOL_CALL);
    const ask = (messages: object[]) =>
      gateway
        .post(PATHS.messages, {
          model: 'claude-sonnet-4-5',
          max_tokens: 100,
          messages,
          stream: true,
          tools: [WEATHER.messages],
        })
        .then(read);
    const user = { role: 'user', content: 'What is the weather in Berlin?' };

    const first = await ask([user]);
    expect(endedWell(first, 'messages stream')).toBe(true);
    expect(first.headers.get('x-holdfast-endpoint')).toBe('openai');
    const events = eventsIn(first.text);
    const begun = events.find(({ content_block }) => content_block?.type === 'tool_use')!.content_block!;
    const input = events
      .filter(({ delta }) => delta?.type === 'input_json_delta')
      .map(({ delta }) => delta!.partial_json)
      .join('');
    expect([begun.name, JSON.parse(input)]).toEqual(['get_weather', { city: 'Berlin' }]);
    expect(events.find(({ type }) => type === 'message_delta')!.delta!.stop_reason).toBe('tool_use');
    expect(calls(simulator, 'claude', 'relay', 'openai')).toEqual({ claude: 1, relay: 1, openai: 1 });

    simulator.behave('openai', { text: 'Sunny.' });
    const second = await ask([
      user,
      { role: 'assistant', content: [{ ...begun, input: { city: 'Berlin' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: begun.id, content: '24 degrees' }] },
    ]);
    expect(saidIn(second)).toBe('Sunny.');
    const told = simulator.requests('openai').at(-1)!;
    expect(told).toMatchObject({ path: '/v1/chat/completions', model: 'gpt-4o', token: 'sk-openai' });
    expect(JSON.stringify(told.json)).toContain('"role":"tool"');
    // Its protocol always tells usage, so the endpoint is asked for it.
    expect(told.json).toMatchObject({ stream_options: { include_usage: true } });
    expect(lastLine(gateway).usage).toMatchObject({ inputTokens: expect.any(Number) });
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="main",protocol="anthropic",outcome="fallback"}',
      ),
    ).toBe(2);
  });
});

describe('tiers of three vendors', () => {
  test('OpenAI first, Anthropic second, Ollama third: each is asked when the one before it failed', async () => {
    await using simulator = await startSimulator();
    const ollama = { name: 'ollama', provider: 'ollama', models: { 'gpt-4o': 'llama3.2' } };
    await using gateway = await startGateway(vendors(simulator, [OPENAI, CLAUDE, ollama]));
    for (const [dead, endpoint, model, fallback] of [
      [[], 'openai', 'gpt-4o', 'none'],
      [['openai'], 'claude', 'claude-sonnet-4-5', 'endpoint'],
      [['openai', 'claude'], 'ollama', 'llama3.2', 'endpoint'],
    ] as const) {
      simulator.reset();
      for (const name of dead) simulator.behave(name, DEAD);
      const answer = await read(await gateway.post(PATHS.chat, chat()));
      expect([answer.status, answer.headers.get('x-holdfast-endpoint')]).toEqual([200, endpoint]);
      expect(answer.headers.get('x-holdfast-fallback')).toBe(fallback);
      expect(JSON.parse(answer.text)).toMatchObject({ object: 'chat.completion' });
      expect(saidIn(answer)).toContain(`Hello from ${endpoint}`);
      expect(simulator.requests(endpoint).map((request) => request.model)).toEqual([model]);
    }
  });

  test('an endpoint that serves the client’s own dialect is told it byte for byte, whatever the others speak', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [{ ...CLAUDE, models: {} }, OPENAI]));
    simulator.behave('claude', DEAD);
    const body = '{ "model":"gpt-4o", "messages":[{"role":"user","content":"Hi"}], "x_own": {"a": 1e2} }';
    const answer = await read(await gateway.post(PATHS.chat, body));
    expect(answer.headers.get('x-holdfast-endpoint')).toBe('openai');
    expect(simulator.requests('openai')[0]!.body).toBe(body);
  });
});

test('a Responses client is told to an endpoint that has only the chat API of its own protocol', async () => {
  await using simulator = await startSimulator();
  const deepseek = { name: 'deepseek', provider: 'deepseek' };
  await using gateway = await startGateway(vendors(simulator, [deepseek]));
  const answer = await read(await gateway.post(PATHS.responses, { model: 'gpt-4o', input: 'Hi' }));
  expect(JSON.parse(answer.text)).toMatchObject({ object: 'response', status: 'completed' });
  expect(saidIn(answer)).toBe('Hello from deepseek, you said: Hi');
  expect(simulator.requests('deepseek').map(({ path }) => path)).toEqual(['/v1/chat/completions']);
});

describe('a client of any conversational dialect in front of one Anthropic endpoint', () => {
  for (const stream of [false, true]) {
    test(`the chat API, ${stream ? 'streamed' : 'whole'}`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(vendors(simulator, [CLAUDE]));
      const answer = await read(await gateway.post(PATHS.chat, chat('gpt-4o', { stream })));
      expect(saidIn(answer)).toBe('Hello from claude, you said: Hi');
      expect(endedWell(answer, stream ? 'chat stream' : 'chat')).toBe(true);
      expect(answer.headers.get('x-holdfast-fallback')).toBe('none');
      expect(
        await gateway.metric(
          'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="primary"}',
        ),
      ).toBe(1);
    });
  }

  test.each([
    ['the Responses API', PATHS.responses, { input: 'Hi' }, 'responses'],
    ['legacy completions', PATHS.completions, { prompt: 'Hi' }, 'completions'],
  ])('%s, streamed and whole', async (_, path, asked, way) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE]));
    for (const stream of [false, true]) {
      const answer = await read(await gateway.post(path, { model: 'gpt-4o', ...asked, stream }));
      expect([answer.status, saidIn(answer)]).toEqual([200, 'Hello from claude, you said: Hi']);
      expect(endedWell(answer, stream ? `${way} stream` : way)).toBe(true);
    }
    expect(simulator.requests('claude').map((request) => request.path)).toEqual([
      '/v1/messages',
      '/v1/messages',
    ]);
  });

  test('a stream that comes as JSON, and JSON that comes as a stream, are told in the form that was asked for', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE]));
    simulator.behave('claude', { as: 'json' });
    const streamed = await read(await gateway.post(PATHS.chat, chat('gpt-4o', { stream: true })));
    expect(saidIn(streamed)).toBe('Hello from claude, you said: Hi');
    expect(endedWell(streamed, 'chat stream')).toBe(true);
    simulator.behave('claude', { as: 'sse' });
    const whole = await read(await gateway.post(PATHS.chat, chat()));
    expect(saidIn(whole)).toBe('Hello from claude, you said: Hi');
    expect(JSON.parse(whole.text)).toMatchObject({ object: 'chat.completion' });
  });

  test('fallback models may live with another vendor', async () => {
    await using simulator = await startSimulator();
    const clusters = {
      main: { endpoints: [{ name: 'openai', base_url: simulator.baseUrl('openai') }] },
      spare: {
        protocol: 'anthropic',
        endpoints: [{ name: 'claude', base_url: simulator.baseUrl('claude') }],
      },
    };
    await using gateway = await startGateway({
      clusters,
      routes: [
        { model: 'claude*', cluster: 'spare' },
        { model: '*', cluster: 'main', fallback_models: ['claude-haiku-4-5'] },
      ],
      retry: { base_delay: '1ms', max_delay: '2ms' },
    });
    simulator.behave('openai', DEAD);
    const answer = await read(await gateway.post(PATHS.chat, chat()));
    expect([answer.status, answer.headers.get('x-holdfast-fallback')]).toEqual([200, 'model']);
    expect(simulator.requests('claude')[0]).toMatchObject({
      path: '/v1/messages',
      model: 'claude-haiku-4-5',
    });
  });
});

test('a persona talks through whoever is left', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(
    vendors(simulator, [OPENAI, CLAUDE], { personas: { miku: { model: 'gpt-4o' } } }),
  );
  simulator.behave('openai', DEAD);
  simulator.behave('claude', { text: 'Hello there!' });
  const answer = await read(await gateway.post('/api/miku/chat', { message: 'Hi' }));
  expect(JSON.parse(answer.text)).toMatchObject({ response: 'Hello there!', fallback: false });
  expect(simulator.requests('claude')[0]).toMatchObject({ path: '/v1/messages', model: 'claude-sonnet-4-5' });
});

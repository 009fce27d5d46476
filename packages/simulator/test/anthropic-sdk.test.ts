import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from '@jest/globals';
import type { Simulator } from '../src/simulator.ts';
import { startSimulator } from '../src/start-simulator.ts';
import { collect } from './support/collect.ts';

/** With a base URL as Anthropic's client takes it: without `/v1`. */
function sdk(simulator: Simulator) {
  return new Anthropic({ baseURL: `${simulator.url}/claude`, apiKey: 'sk-ant-test', maxRetries: 0 });
}

const params = {
  model: 'claude-sonnet-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'hi' }],
};

const tool = {
  name: 'look_up',
  input_schema: {
    type: 'object' as const,
    properties: { query: { type: 'string' }, exact: { type: 'boolean' } },
    required: ['query', 'exact'],
  },
};

describe('a healthy upstream answers the official Anthropic client', () => {
  test('messages: says what it was told, with usage', async () => {
    await using simulator = await startSimulator();
    const answer = await sdk(simulator).messages.create(params);
    expect(answer).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'Hello from claude, you said: hi' }],
    });
    expect(answer.usage.output_tokens).toBeGreaterThan(0);
    expect(simulator.requests('claude')).toMatchObject([
      { path: '/v1/messages', token: 'sk-ant-test', status: 200 },
    ]);
  });

  test('messages stream: the pieces are the whole', async () => {
    await using simulator = await startSimulator();
    const streamed = await sdk(simulator).messages.stream(params).finalMessage();
    expect(streamed).toMatchObject({
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'Hello from claude, you said: hi' }],
    });
    expect(streamed.usage.output_tokens).toBeGreaterThan(1);
  });

  test.each([false, true])('messages (stream %p): uses the tool that tool_choice demands', async (stream) => {
    await using simulator = await startSimulator();
    const asked = { ...params, tools: [tool], tool_choice: { type: 'any' as const } };
    const client = sdk(simulator).messages;
    const answer = stream ? await client.stream(asked).finalMessage() : await client.create(asked);
    expect(answer.stop_reason).toBe('tool_use');
    expect(answer.content).toMatchObject([
      { type: 'tool_use', name: 'look_up', input: { query: 'simulated', exact: true } },
    ]);
  });

  test.each([false, true])('messages (stream %p): thinks before it speaks when told to', async (stream) => {
    await using simulator = await startSimulator();
    simulator.behave('claude', { reasoning: 'Hm.', text: 'Yes.', pings: { before: 1, every: 2 } });
    const client = sdk(simulator).messages;
    const answer = stream ? await client.stream(params).finalMessage() : await client.create(params);
    expect(answer.content).toMatchObject([
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'text', text: 'Yes.' },
    ]);
  });

  test('count_tokens and models, in its own dialect', async () => {
    await using simulator = await startSimulator();
    const client = sdk(simulator);
    const { max_tokens: _, ...counted } = params;
    expect((await client.messages.countTokens(counted)).input_tokens).toBeGreaterThan(0);
    const models = await collect(client.models.list());
    expect(models).toContainEqual(expect.objectContaining({ type: 'model', id: 'claude-sonnet-5' }));
  });
});

test.each([
  [{ status: 500 }, Anthropic.InternalServerError],
  [{ fault: 'anthropic_529' }, Anthropic.InternalServerError],
  [{ fault: 'anthropic_429' }, Anthropic.RateLimitError],
  [{ fault: 'invalid_key' }, Anthropic.AuthenticationError],
  [{ fault: 'bad_request' }, Anthropic.BadRequestError],
] as const)('the Anthropic client reads %p as the error it is', async (behaviour, error) => {
  await using simulator = await startSimulator();
  simulator.behave('claude', behaviour);
  await expect(sdk(simulator).messages.create(params)).rejects.toBeInstanceOf(error);
});

test('an error event ends the Anthropic stream with an error', async () => {
  await using simulator = await startSimulator();
  simulator.behave('claude', { cut: 'error_event', cutAfterEvents: 3 });
  const stream = sdk(simulator).messages.stream(params);
  await expect(stream.finalMessage()).rejects.toThrow('Overloaded');
});

import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { read } from '../faults/pair.ts';
import { startGateway } from '../start-gateway.ts';
import { CLAUDE, OPENAI, PATHS, vendors } from './vendors.ts';

test('a conversation goes on at Anthropic after another vendor’s model has thought in it', async () => {
  await using simulator = await startSimulator();
  const tiers = [
    { ...CLAUDE, models: {} },
    { ...OPENAI, models: { 'claude-sonnet-4-5': 'gpt-4o' } },
  ];
  await using gateway = await startGateway(vendors(simulator, tiers));
  const ask = (messages: object[]) =>
    gateway.post(PATHS.messages, { model: 'claude-sonnet-4-5', max_tokens: 100, messages }).then(read);
  const user = (content: string) => ({ role: 'user', content });
  simulator.behave('claude', { fault: 'nginx_502' });
  simulator.behave('openai', { reasoning: 'Hm.', text: 'Yes.' });

  const first = await ask([user('Is it so?')]);
  expect(first.headers.get('x-holdfast-endpoint')).toBe('openai');
  const { content } = JSON.parse(first.text) as { content: object[] };
  expect(content).toMatchObject([
    { type: 'thinking', thinking: 'Hm.', signature: '' },
    { type: 'text', text: 'Yes.' },
  ]);

  simulator.behave('claude', { text: 'Still.' });
  const second = await ask([user('Is it so?'), { role: 'assistant', content }, user('Sure?')]);
  expect(second.headers.get('x-holdfast-endpoint')).toBe('claude');
  expect(simulator.requests('claude').at(-1)!.json).toMatchObject({
    messages: [
      user('Is it so?'),
      { role: 'assistant', content: [{ type: 'text', text: 'Yes.' }] },
      user('Sure?'),
    ],
  });
});

describe('thoughts that an endpoint refuses', () => {
  const user = (content: unknown) => ({ role: 'user', content });
  const use = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} };
  const refusals = {
    messages: {
      status: 400,
      body: {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'messages.1.content.0: Invalid `signature` in `thinking` block',
        },
      },
    },
    responses: {
      status: 400,
      body: {
        error: {
          message: 'The encrypted content gAAA could not be verified.',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_encrypted_content',
        },
      },
    },
  };
  const requests = {
    messages: {
      model: 'gpt-4o',
      max_tokens: 2000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [
        user('Hi'),
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.', signature: 'another' }, use] },
        user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }]),
      ],
    },
    responses: {
      model: 'gpt-4o',
      input: [
        user('Hi'),
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes' }] },
        user('Sure?'),
      ],
    },
  };

  test.each([
    ['messages', CLAUDE],
    ['responses', OPENAI],
  ] as const)(
    'in %s are left out when it is asked again, at once and without penalty',
    async (path, vendor) => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(vendors(simulator, [vendor]));
      simulator.behave(vendor.name, [{ ...refusals[path], times: 1 }, {}]);
      const answer = await read(await gateway.post(PATHS[path], requests[path]));
      expect([answer.status, answer.headers.get('x-holdfast-attempts')]).toEqual([200, '2']);
      const [first, second] = simulator.requests(vendor.name);
      expect(first!.body).toMatch(/another|gAAA/);
      expect(second!.body).not.toMatch(/another|gAAA/);
      if (path === 'messages')
        expect(second!.json).toMatchObject({
          thinking: { type: 'disabled' },
          messages: [user('Hi'), { role: 'assistant', content: [use] }, { role: 'user' }],
        });
    },
  );

  test('that it refuses all the same is the provider’s refusal', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE]));
    simulator.behave('claude', refusals.messages);
    const answer = await read(await gateway.post(PATHS.messages, requests.messages));
    expect([answer.status, answer.headers.get('x-holdfast-attempts')]).toEqual([400, '2']);
    expect(answer.text).toContain('Invalid `signature`');
  });
});

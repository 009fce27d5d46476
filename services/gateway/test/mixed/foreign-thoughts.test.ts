import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
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

import type { Behaviour } from '@holdfast/simulator/behaviour';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { PROVIDER_DEMANDS } from '../faults/provider-faults.ts';
import { startGateway } from '../start-gateway.ts';
import { askChat, caching } from './caching.ts';

const HALF: readonly Behaviour[] = (
  ['fin', 'rst', 'error_event', 'error_event_then_done', 'error_in_choice', 'eof_without_done'] as const
).map((cut) => ({ cutAfterEvents: 2, cut }));

const answers: readonly (readonly [string, Behaviour, boolean?])[] = [
  ...PROVIDER_DEMANDS.map(({ code, name, answer }) => [`${code} ${name}`, answer] as const),
  ...HALF.map((answer) => [`a stream cut by ${answer.cut}`, answer, true] as const),
  ['cut at the limit', { fault: 'length_empty' }],
  ['cut at the limit, with text', { text: 'Once upon a', finishReason: 'length' }],
  ['cut at the limit, streamed', { text: 'Once upon a', finishReason: 'length' }, true],
  ['filtered', { fault: 'content_filter' }],
  ['filtered, streamed', { fault: 'content_filter' }, true],
  ['a refusal', { fault: 'refusal' }],
  ['a call of a tool', { toolCall: { name: 'send_money', arguments: { to: 'me' } }, text: '' }],
  [
    'a call of a tool, streamed',
    { toolCall: { name: 'send_money', arguments: { to: 'me' } }, text: '' },
    true,
  ],
];

describe('what is no whole answer of the model asked for is never given again:', () => {
  for (const [name, behaviour, stream = false] of answers) {
    for (const mode of ['error', 'canned']) {
      test(`${name}, mode ${mode}`, async () => {
        await using simulator = await startSimulator();
        await using gateway = await startGateway(caching(simulator, {}, { fallback: { mode } }));
        simulator.behave('primary', behaviour);
        await askChat(gateway, { stream }).catch(() => null);
        simulator.behave('primary', {});
        // Whatever was benched does not matter here: the cache is asked first.
        const { text, cache } = await askChat(gateway, { stream });
        expect(cache).toBe('miss');
        expect(text).not.toMatch(/send_money|Once upon a/);
      });
    }
  }

  test('an answer of the fallback model', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      caching(simulator, {}, { routes: [{ model: '*', cluster: 'main', fallback_models: ['small'] }] }),
    );
    simulator.behave('primary', { match: { model: 'gpt-4o' }, status: 502 });
    const first = await askChat(gateway);
    expect([first.status, first.headers.get('x-holdfast-fallback')]).toEqual([200, 'model']);
    simulator.behave('primary', {});
    const second = await askChat(gateway);
    expect([second.cache, second.headers.get('x-holdfast-model')]).toEqual(['miss', 'gpt-4o']);
  });

  test('while one of another endpoint is kept: it is the same model', async () => {
    await using simulator = await startSimulator();
    const endpoint = (name: string, priority: number) => ({
      name,
      base_url: simulator.baseUrl(name),
      priority,
    });
    await using gateway = await startGateway(
      caching(
        simulator,
        {},
        {
          clusters: { main: { endpoints: [endpoint('primary', 1), endpoint('secondary', 2)] } },
          routes: [{ model: '*', cluster: 'main' }],
        },
      ),
    );
    simulator.behave('primary', { status: 502 });
    await askChat(gateway);
    const { cache, headers } = await askChat(gateway);
    expect([cache, headers.get('x-holdfast-endpoint'), headers.get('x-holdfast-fallback')]).toEqual([
      'hit',
      'secondary',
      'endpoint',
    ]);
  });
});

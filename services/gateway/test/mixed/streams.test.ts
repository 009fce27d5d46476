import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { endedWell, lastLine, read, saidIn } from '../faults/pair.ts';
import { chat, startGateway } from '../start-gateway.ts';
import { CLAUDE, OPENAI, PATHS, vendors } from './vendors.ts';

/** Translated streams keep what streams promise: nothing of a failed attempt before content, no clean end of a broken one. */

const TO_CLAUDE = {
  tier: CLAUDE,
  name: 'claude',
  other: OPENAI,
  path: PATHS.chat,
  body: chat('gpt-4o', { stream: true }),
  way: 'chat stream',
  error: /^data: \{"error":\{/m,
  terminators: /\[DONE\]|"finish_reason":"/,
} as const;
const TO_OPENAI = {
  tier: OPENAI,
  name: 'openai',
  other: { ...CLAUDE, models: {} },
  path: PATHS.messages,
  body: chat('gpt-4o', { stream: true, max_tokens: 100 }),
  way: 'messages stream',
  error: /^event: error\ndata: \{"type":"error"/m,
  terminators: /message_stop|message_delta/,
} as const;

describe.each([
  ['a chat stream from an Anthropic endpoint', TO_CLAUDE],
  ['a Messages stream from an OpenAI endpoint', TO_OPENAI],
])('%s', (_, { tier, name, other, path, body, way, error, terminators }) => {
  test.each([
    ['a reset', { cutAfterEvents: 6, cut: 'rst' }],
    ['an end without an end', { cutAfterEvents: 6, cut: 'fin' }],
  ] as const)(
    'that breaks by %s ends with an error event of the client’s dialect and no clean end',
    async (_, cut) => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(vendors(simulator, [tier, other]));
      simulator.behave(name, { ...cut, chunkDelayMs: 1 });
      const answer = await read(await gateway.post(path, body));
      expect(answer.status).toBe(200);
      expect(saidIn(answer)).toMatch(/^Hello/);
      expect(answer.text).toMatch(error);
      expect(answer.text).not.toMatch(terminators);
      expect(answer.broken).toBe(true);
      expect(simulator.requests(other.name)).toEqual([]);
      expect(lastLine(gateway)).toMatchObject({ outcome: 'exhausted', endpoint: name });
    },
  );

  test('that fails before its first content is retried elsewhere, and the client sees nothing of it', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [tier, other]));
    simulator.behave(name, { cutAfterEvents: 1, cut: 'rst' });
    const answer = await read(await gateway.post(path, body));
    expect(saidIn(answer)).toBe(`Hello from ${other.name}, you said: Hi`);
    expect(endedWell(answer, way)).toBe(true);
    expect(answer.text).not.toMatch(error);
    expect(answer.headers.get('x-holdfast-attempts')).toBe('2');
  });

  test('whose client leaves is cut at the provider', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [tier]));
    simulator.behave(name, { chunkDelayMs: 20, eventCount: 1000 });
    const aborter = new AbortController();
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: aborter.signal,
    });
    await response.body!.getReader().read();
    aborter.abort();
    expect(await simulator.waitForAbort(name)).toHaveLength(1);
  });

  test('ends in the canned answer of the client’s dialect when nobody is left', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      vendors(simulator, [tier], { fallback: { mode: 'canned', texts: ['Later.'] } }),
    );
    simulator.behave(name, { fault: 'nginx_502' });
    const answer = await read(await gateway.post(path, body));
    expect([saidIn(answer), answer.headers.get('x-holdfast-fallback')]).toEqual(['Later.', 'canned']);
    expect(endedWell(answer, way)).toBe(true);
  });
});

test('a stream that broke off is gone on with by an endpoint of the client’s own dialect, never by another', async () => {
  await using simulator = await startSimulator();
  const resuming = { routes: [{ model: '*', cluster: 'main', resume: true }] };
  const second = { ...OPENAI, name: 'second' };
  await using gateway = await startGateway(vendors(simulator, [OPENAI, CLAUDE, second], resuming));
  simulator.behave('openai', { cutAfterEvents: 6, cut: 'rst', chunkDelayMs: 1 });
  const answer = await read(await gateway.post(PATHS.chat, chat('gpt-4o', { stream: true })));
  expect(answer.text).toMatch(/^: holdfast resumed endpoint=second/m);
  expect(endedWell(answer, 'chat stream')).toBe(true);
  expect([simulator.requests('claude').length, simulator.requests('second').length]).toEqual([0, 1]);
});

test('a late first content is hedged across vendors', async () => {
  await using simulator = await startSimulator();
  const hedging = { routes: [{ model: '*', cluster: 'main', hedge: true }] };
  await using gateway = await startGateway(vendors(simulator, [OPENAI, CLAUDE], hedging));
  const ask = (more: object = {}) =>
    gateway.post(PATHS.chat, chat('gpt-4o', { stream: true, ...more })).then(read);
  // Only one of them can be told these: a slow one uses up no hedge.
  for (let i = 0; i < 40; i++) await ask({ logprobs: true });
  simulator.behave('openai', { stall: 'after_headers' });
  const answer = await ask();
  expect(answer.headers.get('x-holdfast-endpoint')).toBe('claude');
  expect(saidIn(answer)).toBe('Hello from claude, you said: Hi');
  expect(endedWell(answer, 'chat stream')).toBe(true);
  expect(await simulator.waitForAbort('openai')).toHaveLength(1);
});

import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { type ConfigFile, chat, readAnswer, startGateway, tiers } from './start-gateway.ts';

const config = (simulator: Simulator): ConfigFile => ({
  clusters: {
    main: {
      protocol: 'openai',
      endpoints: tiers(simulator, ['primary', 'secondary']),
    },
    claude: {
      protocol: 'anthropic',
      endpoints: tiers(simulator, ['first', 'second']),
    },
  },
  routes: [
    { model: 'claude*', cluster: 'claude' },
    { model: '*', cluster: 'main' },
  ],
});

const stream = () => chat('gpt-4o', { stream: true });
const message = {
  model: 'claude-sonnet',
  max_tokens: 100,
  stream: true,
  messages: [{ role: 'user', content: 'Hi' }],
};

/** Reads to the end of the body; `broken` when it was cut without its chunked terminator. */
async function readAll(response: Response): Promise<{ text: string; broken: boolean }> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body!) text += decoder.decode(chunk, { stream: true });
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}

describe('a stream', () => {
  test('arrives byte for byte as the provider sent it', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(config(simulator));
    const direct = await fetch(`${simulator.baseUrl('primary')}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(stream()),
    });
    const through = await gateway.post('/v1/chat/completions', stream());
    const stable = (text: string) => text.replaceAll(/"id":"[^"]*"|"created":\d+/g, '');
    expect(stable(await through.text())).toBe(stable(await direct.text()));
    expect(through.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(through.headers.get('x-holdfast-attempts')).toBe('1');
  });

  for (const cut of ['fin', 'rst', 'error_event'] as const) {
    test(`cut by ${cut} before its first content is answered by the next endpoint, and no event of the first attempt is seen`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(config(simulator));
      simulator.behave('primary', { cutAfterEvents: 0, cut });
      const { text, broken } = await readAll(await gateway.post('/v1/chat/completions', stream()));
      expect(broken).toBe(false);
      expect(text).toContain('secondary');
      expect(text).not.toContain('primary');
      expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
      expect(simulator.requests('primary')).toHaveLength(1);
    });

    test(`cut by ${cut} after content ends with an error event and no clean end, and is not retried`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(config(simulator));
      simulator.behave('primary', { cutAfterEvents: 3, cut, chunkDelayMs: 5 });
      const { text, broken } = await readAll(await gateway.post('/v1/chat/completions', stream()));
      expect(broken).toBe(true);
      expect(text).toContain('"code":"stream_interrupted"');
      expect(text).not.toContain('[DONE]');
      expect(text).not.toContain('"finish_reason":"stop"');
      expect(simulator.requests('secondary')).toHaveLength(0);
      expect(
        await gateway.metric(
          'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="exhausted"}',
        ),
      ).toBe(1);
    });
  }

  test('of Anthropic’s fails over before content and breaks off in its own dialect after it', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(config(simulator));
    simulator.behave('first', { cutAfterEvents: 0, cut: 'error_event' });
    const whole = await readAll(await gateway.post('/v1/messages', message));
    expect(whole.text.match(/event: message_start/g)).toHaveLength(1);
    expect(whole.text).toContain('second');
    expect(whole.text).toContain('event: message_stop');
    simulator.behave('first', { cutAfterEvents: 3, cut: 'rst', chunkDelayMs: 5 });
    const cutOff = await readAll(await gateway.post('/v1/messages', message));
    expect(cutOff.broken).toBe(true);
    expect(cutOff.text).toContain('event: error');
    expect(cutOff.text).not.toContain('message_stop');
  });

  test('whose client leaves aborts the upstream and blames nobody', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(config(simulator));
    simulator.behave('primary', { chunkDelayMs: 50, eventCount: 200 });
    const leaving = new AbortController();
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(stream()),
      signal: leaving.signal,
    });
    await response.body!.getReader().read();
    leaving.abort();
    await simulator.waitForAbort('primary');
    await simulator.waitForIdle();
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="cancelled"}',
      ),
    ).toBe(1);
    expect(
      await gateway.metric(
        'holdfast_upstream_attempts_total{llm_cluster="main",llm_endpoint="primary",result="aborted"}',
      ),
    ).toBe(1);
    expect(await gateway.metric('holdfast_in_flight_requests{llm_cluster="main"}')).toBe(0);
  });

  test('asked for but answered as JSON is re-told as a stream, and the reverse', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(config(simulator));
    simulator.behave('primary', { as: 'json' });
    const streamed = await (await gateway.post('/v1/chat/completions', stream())).text();
    expect(streamed).toContain('data: {');
    expect(streamed.trimEnd().endsWith('data: [DONE]')).toBe(true);
    simulator.behave('primary', { as: 'sse' });
    const whole = await readAnswer(await gateway.post('/v1/chat/completions', chat()));
    expect(whole.choices[0]!.message.content).toContain('primary');
  });

  test('that only sends comments is given up when its first content is late', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway({ ...config(simulator), timeouts: { first_content: '200ms' } });
    simulator.behave('primary', {
      drip: { bytes: 2, everyMs: 20 },
      events: Array.from({ length: 200 }, () => ': OPENROUTER PROCESSING'),
    });
    const { text } = await readAll(await gateway.post('/v1/chat/completions', stream()));
    expect(text).toContain('secondary');
  });
});

import { describe, expect, test } from '@jest/globals';
import { chat, startGateway, type TestGateway } from '../start-gateway.ts';
import { askChat, cached, got } from './caching.ts';
import { type GatedProvider, startGatedProvider } from './gated-provider.ts';

const start = (provider: GatedProvider, more: object = {}) =>
  startGateway({
    clusters: { main: { endpoints: [{ name: 'only', base_url: provider.url }] } },
    routes: [{ model: '*', cluster: 'main' }],
    cache: { enabled: true },
    retry: { base_delay: '1ms', max_attempts: 1 },
    breaker: { max_failures: 1000 },
    ...more,
  });

async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Asks `count` times at once; resolves when all have arrived. */
async function askTogether(gateway: TestGateway, count: number, more: Record<string, unknown> = {}) {
  const asked = Promise.all(Array.from({ length: count }, () => askChat(gateway, more)));
  await until(() => gateway.gateway.exchanges.size === count);
  return { asked };
}

/** Asks, and can leave. */
function askAndLeave(gateway: TestGateway) {
  const leaving = new AbortController();
  const asked = fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(chat()),
    signal: leaving.signal,
  }).catch(() => 'left');
  return {
    async leave() {
      leaving.abort();
      expect(await asked).toBe('left');
    },
  };
}

describe('equal requests at the same time', () => {
  test.each([false, true])('are one call of the provider (stream: %s)', async (stream) => {
    await using provider = await startGatedProvider((call) => ({ text: `Answer number ${call}` }));
    await using gateway = await start(provider);
    const { asked } = await askTogether(gateway, 20, { stream });
    await until(() => provider.calls() === 1);
    provider.release();
    const all = await asked;
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(all.map(({ cache }) => cache).toSorted()).toEqual([...Array(19).fill('hit'), 'miss']);
    expect(provider.calls()).toBe(1);
    expect(await gateway.metric(cached('coalesced'))).toBe(19);
    expect(gateway.gateway.answers.running.size).toBe(0);
  });

  test('are asked for each by itself when the first one’s answer is none to share', async () => {
    await using provider = await startGatedProvider((call) =>
      call === 1 ? { text: 'Cut off', finish: 'length' } : { text: 'Whole' },
    );
    await using gateway = await start(provider);
    const { asked } = await askTogether(gateway, 5);
    await until(() => provider.calls() === 1);
    provider.release(1);
    await until(() => provider.calls() === 5);
    provider.release();
    const all = await asked;
    expect(all.map(({ status, cache }) => [status, cache])).toEqual(Array(5).fill([200, 'miss']));
    expect(all.filter(({ text }) => text.includes('Cut off'))).toHaveLength(1);
    expect(gateway.gateway.answers.running.size).toBe(0);
    expect((await askChat(gateway)).cache).toBe('hit');
  });

  test('do not fail because the first one does', async () => {
    await using provider = await startGatedProvider((call) =>
      call === 1 ? { text: 'No', status: 502 } : { text: 'Yes, of course' },
    );
    await using gateway = await start(provider);
    const { asked } = await askTogether(gateway, 5);
    provider.release();
    expect((await asked).map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 502]);
  });

  test('are answered although the first one’s client leaves', async () => {
    await using provider = await startGatedProvider(() => ({ text: 'Here I am' }));
    await using gateway = await start(provider);
    const first = askAndLeave(gateway);
    await until(() => provider.calls() === 1);
    const second = askChat(gateway);
    await until(() => gateway.gateway.exchanges.size === 2);
    await first.leave();
    await until(() => provider.calls() === 2);
    provider.release();
    expect((await second).status).toBe(200);
  });

  test('end without a call when their own time is up, or their own client leaves', async () => {
    await using provider = await startGatedProvider(() => ({ text: 'Here I am' }));
    await using gateway = await start(provider);
    const first = askChat(gateway);
    await until(() => provider.calls() === 1);
    const late = await askChat(gateway, {}, { 'x-holdfast-timeout': '50ms' });
    expect([late.status, JSON.parse(late.text).error.code]).toEqual([504, 'deadline_exceeded']);
    const impatient = askAndLeave(gateway);
    await until(() => gateway.gateway.exchanges.size === 2);
    await impatient.leave();
    await until(() => gateway.gateway.exchanges.size === 1);
    provider.release();
    expect((await first).status).toBe(200);
    expect(provider.calls()).toBe(1);
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="cancelled"}',
      ),
    ).toBe(1);
  });

  test('ask for themselves when the first one takes too long', async () => {
    await using provider = await startGatedProvider(() => ({ text: 'Here I am' }));
    await using gateway = await start(provider, {
      timeouts: { first_content: '100ms' },
      routes: [{ model: '*', cluster: 'main' }],
      clusters: { main: { endpoints: [{ name: 'only', base_url: provider.url, timeout: '10s' }] } },
    });
    const { asked } = await askTogether(gateway, 2);
    await until(() => provider.calls() === 2);
    provider.release();
    expect((await asked).map(({ status, cache }) => [status, cache])).toEqual(Array(2).fill([200, 'miss']));
  });

  test('of other kinds do not wait for each other', async () => {
    await using provider = await startGatedProvider(() => ({ text: 'Here I am' }));
    await using gateway = await start(provider);
    const asked = Promise.all([
      askChat(gateway, { user: 'anna' }),
      askChat(gateway, { user: 'bert' }),
      askChat(gateway, { stream: true }),
      askChat(gateway, {}, { 'x-holdfast-cache': 'bypass' }),
      gateway.post('/chat/completions', chat('another')).then(got),
    ]);
    await until(() => provider.calls() === 5);
    provider.release();
    expect((await asked).map(({ status }) => status)).toEqual(Array(5).fill(200));
  });
});

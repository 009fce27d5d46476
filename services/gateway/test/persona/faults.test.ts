import { networkFaults } from '@holdfast/simulator/network-faults';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { leaksIn } from '../faults/pair.ts';
import { PROVIDER_DEMANDS, VALID_ANSWERS } from '../faults/provider-faults.ts';
import { startGateway } from '../start-gateway.ts';
import { builtInMiku, companion, hear, MIKU, say } from './ask-persona.ts';

const REQUESTS = { llm_cluster: 'main', protocol: 'openai' };
const requests = (outcome: string) =>
  `holdfast_requests_total{llm_cluster="${REQUESTS.llm_cluster}",protocol="${REQUESTS.protocol}",outcome="${outcome}"}`;

describe('whatever the provider does, the persona answers with 200 and a text of its own:', () => {
  for (const { code, name, answer } of PROVIDER_DEMANDS) {
    test(`${code} ${name}`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(companion(simulator));
      simulator.behave('primary', answer);
      const heard = await say(gateway, 'Привет, как дела?', { personality: 'цундере' });
      expect(heard.answer).toMatchObject({ fallback: true, model: null });
      expect(heard.answer.error).toBeUndefined();
      expect(builtInMiku.texts['ru.tsundere']).toContain(heard.answer.response);
      expect(heard.headers.get('x-holdfast-fallback')).toBe('canned');
      expect(heard.headers.get('x-holdfast-endpoint')).toBe('none');
      expect(leaksIn({ status: 200, headers: heard.headers, text: heard.text, broken: false })).toEqual([]);
      expect(simulator.requests('primary').length).toBeGreaterThan(0);
    });
  }

  for (const { code, name, answer } of VALID_ANSWERS) {
    test(`${code} ${name}: or the model’s`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(companion(simulator));
      simulator.behave('primary', answer);
      await say(gateway, 'Hi');
    });
  }

  for (const fault of Object.values(networkFaults).flat()) {
    test(`network: ${fault.name}`, async () => {
      await using upstream = await fault.start();
      await using gateway = await startGateway({
        clusters: { main: { endpoints: [{ name: 'primary', base_url: upstream.baseUrl, api_key: 'sk-x' }] } },
        retry: { max_attempts: 1 },
        timeouts: { connect: '200ms', first_content: '200ms' },
      });
      await hear(await gateway.post(MIKU, { message: 'Hi' }));
    });
  }
});

describe('a canned text', () => {
  test.each([
    ['en', 'deredere', 'Good morning!', undefined],
    ['ru', 'genki', 'Доброе утро!', 'генки'],
    ['ja', 'yandere', 'おはよう！', 'ヤンデレ'],
    ['ja', 'kuudere', '日本', 'クーデレ'],
    ['en', 'dandere', '¿Qué tal? 123', 'shy'],
    ['ru', 'deredere', 'Как сказать ツンデレ по-русски?', 'unknown'],
  ])(
    'is in the language of the message and the voice of the personality (%s, %s)',
    async (language, personality, message, name) => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(companion(simulator));
      simulator.behave('primary', { fault: 'nginx_502' });
      const { answer } = await say(gateway, message, { personality: name });
      expect(builtInMiku.texts[`${language}.${personality}`]).toContain(answer.response);
    },
  );

  test('varies', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(companion(simulator));
    simulator.behave('primary', { fault: 'empty' });
    const heard = new Set<string>();
    for (let i = 0; i < 60; i++)
      heard.add((await say(gateway, 'Hi', { personality: 'tsundere' })).answer.response);
    expect([...heard].toSorted()).toEqual(builtInMiku.texts['en.tsundere']!.toSorted());
  });

  test('is the configured one, in any language there is when the right one is missing', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      companion(simulator, {
        personas: {
          miku: { texts: { en: ['Later!'], 'ru.genki': ['Позже!'] }, personalities: { chuuni: 'Dramatic.' } },
        },
      }),
    );
    simulator.behave('primary', { status: 500 });
    const response = async (message: string, personality: string) =>
      (await say(gateway, message, { personality })).answer.response;
    expect(await response('Hi', 'tsundere')).toBe('Later!');
    expect(await response('Привет', 'genki')).toBe('Позже!');
    expect(builtInMiku.texts.ja).toContain(await response('やあ', 'chuuni'));
  });

  test('counts as canned, whatever the route would say itself', async () => {
    await using simulator = await startSimulator();
    for (const fallback of [
      { mode: 'error' },
      { mode: 'canned', texts: ['Not in her voice.'], status: 503 },
    ]) {
      await using gateway = await startGateway(companion(simulator, { fallback }));
      simulator.behave('primary', { status: 502 });
      const { answer } = await say(gateway, 'Hi', {}, { 'x-holdfast-fallback': 'off' });
      expect(builtInMiku.texts['en.deredere']).toContain(answer.response);
      expect(await gateway.metric(requests('canned'))).toBe(1);
      expect(await gateway.metric(requests('exhausted'))).toBe(0);
    }
  });

  test('is said at once when the time is up or the model has no route', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(companion(simulator, { timeouts: { first_content: '30s' } }));
    simulator.behave('primary', { stall: 'before_headers' });
    expect((await say(gateway, 'Hi', {}, { 'x-holdfast-timeout': '100ms' })).answer.fallback).toBe(true);
    await simulator.waitForAbort('primary');

    await using unrouted = await startGateway(
      companion(simulator, { routes: [{ model: 'vendor-*', cluster: 'main' }] }),
    );
    expect((await say(unrouted, 'Hi')).answer).toMatchObject({ fallback: true, model: null });
  });

  test('is also the answer when the process stops meanwhile', async () => {
    await using simulator = await startSimulator();
    const gateway = await startGateway(
      companion(simulator, { timeouts: { first_content: '30s' }, server: { drain_timeout: '50ms' } }),
    );
    simulator.behave('primary', { stall: 'before_headers' });
    const asked = say(gateway, 'Hi');
    await simulator.waitForRequests('primary', 1);
    await gateway.close();
    expect((await asked).answer.fallback).toBe(true);
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import type { RecordedRequest } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import { fetchMetrics } from '../support/metrics.ts';
import { startSuiteProcess } from '../support/suite-process.ts';

const EXAMPLE = path.resolve(import.meta.dirname, '../../config/examples/companion-chat.yaml');
/** Retries vary by 20 %. */
const EARLIEST = 0.8;

interface Answer {
  readonly response: string;
  readonly fallback: boolean;
  readonly model: string | null;
  readonly request_id: string;
}

const asked = (requests: readonly RecordedRequest[], text: string): RecordedRequest[] =>
  requests.filter(({ body }) => body.includes(text));

/** The example as it is shipped, all of the suite in one process, its provider played by the simulator. */
async function startExample() {
  const stack = new AsyncDisposableStack();
  const simulator = stack.use(await startSimulator());
  const variables = {
    OPENAI_BASE_URL_PRO: simulator.baseUrl('provider'),
    OPENAI_API_KEY_PRO: 'sk-provider',
    HOLDFAST_GATEWAY_PORT: '0',
    HOLDFAST_ADMIN_PORT: '0',
    HOLDFAST_HEALTH_CHECKER_PORT: '0',
    HOLDFAST_TOKEN_ROTATOR_PORT: '0',
    HOLDFAST_TAGGER_PORT: '0',
  };
  const suite = stack.use(
    startSuiteProcess({ args: ['serve', 'all'], config: readFileSync(EXAMPLE, 'utf8'), env: variables }),
  );
  const [, url] = await suite.waitForOutput(/gateway +(http:\S+)[\s\S]*curl/);
  const [, adminUrl] = await suite.waitForOutput(/(?:status page|admin) +(http:\S+)/i);
  const post = (target: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url + target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    simulator,
    url: url!,
    adminUrl: adminUrl!.replace(/\/$/, ''),
    post,
    texts: loadConfig({ path: EXAMPLE, env: variables }).personas[0]!.texts,
    async say(message: string, more: object = {}, headers: Record<string, string> = {}) {
      const response = await post('/api/miku/chat', { message, ...more }, headers);
      expect(response.status).toBe(200);
      return { answer: (await response.json()) as Answer, cache: response.headers.get('x-holdfast-cache') };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test('the companion chat of the examples: real answers, remembered for an hour, four attempts, and always 200', async () => {
  await using example = await startExample();
  const { simulator, say, post, texts } = example;

  const first = await say('Good morning!', { personality: 'deredere' });
  expect(first).toEqual({
    answer: {
      response: 'Hello from provider, you said: Good morning!',
      fallback: false,
      model: 'gpt-4o-mini',
      request_id: expect.any(String),
    },
    cache: 'miss',
  });
  const again = await say('Good morning!', { personality: 'デレデレ' });
  expect([again.answer.response, again.cache]).toEqual([first.answer.response, 'hit']);
  expect(asked(simulator.requests('provider'), 'Good morning!')).toHaveLength(1);

  const health = async () => (await fetch(`${example.url}/api/health`)).json() as Promise<object>;
  expect(await health()).toEqual({
    status: 'ok',
    database: 'ok',
    redis: 'embedded',
    clusters: [{ name: 'main', state: 'ok' }],
  });

  // Empty, malformed, an error page: three kinds of no answer, and then one.
  simulator.behave('provider', [{ fault: 'empty' }, { fault: 'truncated_json' }, { fault: 'nginx_502' }, {}]);
  const patient = await say('Are you there?');
  expect([patient.answer.fallback, patient.answer.response]).toEqual([
    false,
    'Hello from provider, you said: Are you there?',
  ]);
  const times = asked(simulator.requests('provider'), 'Are you there?').map(({ at }) => at);
  expect(times).toHaveLength(4);
  for (const [index, seconds] of [2, 4, 8].entries())
    expect(times[index + 1]! - times[index]!).toBeGreaterThanOrEqual(EARLIEST * seconds * 1000);

  // The provider is gone, and a tunnel in front would make a page of its own of anything but 200.
  simulator.behave('provider', { status: 524, body: '<html>524: a timeout occurred</html>' });
  const brief = { 'x-holdfast-timeout': '3s' };
  const canned = await Promise.all([
    say('Как дела?', { personality: 'цундере' }, brief),
    say('元気？', { personality: '元気' }, brief),
    say('How are you?', { personality: 'kuudere' }, brief),
  ]);
  for (const [index, key] of ['ru.tsundere', 'ja.genki', 'en.kuudere'].entries()) {
    expect(canned[index]!.answer).toMatchObject({ fallback: true, model: null });
    expect(texts[key]).toContain(canned[index]!.answer.response);
  }
  const api = await post(
    '/v1/chat/completions',
    { model: 'x', messages: [{ role: 'user', content: 'Hi' }] },
    brief,
  );
  expect([api.status, api.headers.get('x-holdfast-fallback')]).toEqual([200, 'canned']);
  for (const body of ['', '{', '{"message":""}', '[1]']) {
    const response = await post('/api/miku/chat', body);
    expect([response.status, ((await response.json()) as Answer).fallback]).toEqual([200, true]);
  }

  // What the alert on the fallback ratio looks at.
  const metrics = await fetchMetrics(example.adminUrl);
  const outcomes = (outcome: string) =>
    metrics.sum('holdfast_requests_total', { llm_cluster: 'main', outcome });
  expect([outcomes('primary'), outcomes('cache'), outcomes('canned')]).toEqual([2, 1, 4]);
}, 120_000);

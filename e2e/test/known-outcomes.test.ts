import { METRIC_CATALOGUE, OUTCOMES } from '@holdfast/prometheus/metric-catalogue';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Counts, counter, sumOf } from '../support/counters.ts';
import { ADMIN, LIMIT, MAIN, RESULTS, SOME, startCountingSuite } from '../support/counting-suite.ts';

/** What happens is known exactly, and after each event every counter of the suite is compared: with what it must be, or with no change. */

// A busy machine takes its time; each comparison waits until the counts are there.
jest.setTimeout(60_000);

const request = (outcome: string, llm_cluster = 'main', protocol = 'openai'): Counts => ({
  [counter('requests', { llm_cluster, protocol, outcome })]: 1,
});
const attempt = (llm_endpoint: string, result: string, llm_cluster = 'main', times = 1): Counts => ({
  [counter('upstream_attempts', { llm_cluster, llm_endpoint, result })]: times,
});
const fallback = (from: string, to: string, reason: string, llm_cluster = 'main', times = 1): Counts => ({
  [counter('fallbacks', { llm_cluster, from, to, reason })]: times,
});
const usage = (llm_cluster: string, model: string, input: number, output: number): Counts => ({
  [counter('llm_tokens', { llm_cluster, model, type: 'input' })]: input,
  [counter('llm_tokens', { llm_cluster, model, type: 'output' })]: output,
});
const suppressed = (reason: string, times = 1): Counts => ({
  [counter('retries_suppressed', { reason })]: times,
});

const chat = (model: string) => ({ model, messages: [{ role: 'user', content: 'Hello' }] });

describe('what happened is what was counted, and nothing else', () => {
  let suite: Awaited<ReturnType<typeof startCountingSuite>>;
  beforeAll(async () => {
    suite = await startCountingSuite();
    suite.simulator.behave('*', { usage: false });
  }, 60_000);
  afterAll(async () => {
    await suite?.[Symbol.asyncDispose]();
  });
  const ask = (model: string, headers: Record<string, string> = {}) =>
    suite.send('/v1/chat/completions', chat(model), { ...suite.nextClient(), ...headers });

  test('the start: every endpoint that is to be probed is probed', async () => {
    const probed = [...MAIN.map((name) => ['main', name] as const), ['chatted', 'chatted'] as const];
    await suite.expectCounted(
      sumOf(
        ...probed.map(([llm_cluster, llm_endpoint]) => ({
          [counter('probes', { llm_cluster, llm_endpoint, result: 'ok' })]: 1,
        })),
        // The simulator counts the tokens of a conversation whose words vary.
        { [counter('probe_llm_tokens', { llm_cluster: 'chatted', llm_endpoint: 'chatted' })]: SOME },
        { [counter('probes_skipped', { reason: 'disabled' })]: 5 + RESULTS.length + 1 },
      ),
    );
  });

  test('an answer of the first choice, with its usage', async () => {
    suite.simulator.behave('primary', [{}, { usage: false }]);
    const { usage: used } = (await (await ask('gpt')).json()) as {
      usage: { prompt_tokens: number; completion_tokens: number };
    };
    await suite.expectCounted(
      sumOf(
        request('primary'),
        attempt('primary', 'ok'),
        usage('main', 'gpt', used.prompt_tokens, used.completion_tokens),
      ),
    );
  });

  test('an answer of the second choice', async () => {
    suite.simulator.behave('primary', [{ fault: 'nginx_502' }, { usage: false }]);
    expect((await ask('gpt')).status).toBe(200);
    await suite.expectCounted(
      sumOf(
        request('fallback'),
        attempt('primary', 'server_error'),
        attempt('secondary', 'ok'),
        fallback('primary', 'secondary', 'server_error'),
      ),
    );
  });

  test('an answer of another model', async () => {
    suite.simulator.behave('primary', [{ fault: 'nginx_502' }, { usage: false }]);
    suite.simulator.behave('secondary', [{ fault: 'server_503' }, { usage: false }]);
    expect((await ask('gpt')).status).toBe(200);
    await suite.expectCounted(
      sumOf(
        request('fallback'),
        attempt('primary', 'server_error'),
        attempt('secondary', 'overloaded'),
        attempt('third', 'ok', 'spare'),
        fallback('primary', 'secondary', 'server_error'),
        fallback('gpt', 'spare', 'overloaded'),
      ),
    );
  });

  test('a canned answer', async () => {
    suite.simulator.behave('primary', [{ fault: 'nginx_502' }, { usage: false }]);
    expect((await ask('canned')).headers.get('x-holdfast-fallback')).toBe('canned');
    await suite.expectCounted(sumOf(request('canned'), attempt('primary', 'server_error')));
  });

  test('an answer that was kept', async () => {
    const headers = suite.nextClient();
    for (let n = 0; n < 2; n++) await suite.send('/v1/chat/completions', chat('cached'), headers);
    await suite.expectCounted(
      sumOf(request('primary'), request('cache'), attempt('primary', 'ok'), {
        [counter('cache_requests', { result: 'miss' })]: 1,
        [counter('cache_requests', { result: 'hit' })]: 1,
      }),
    );
  });

  test('a model without a route', async () => {
    expect((await ask('nobody-has-this')).status).toBe(404);
    await suite.expectCounted(request('rejected', 'none'));
  });

  test('a client over its limit', async () => {
    const headers = suite.nextClient();
    for (let n = 0; n <= LIMIT; n++) await suite.send('/v1/chat/completions', chat('alone'), headers);
    await suite.expectCounted(
      sumOf(
        ...Array.from({ length: LIMIT }, () => sumOf(request('primary'), attempt('primary', 'ok'))),
        request('rejected', 'none'),
        { [counter('rate_limited')]: 1 },
      ),
    );
  });

  test('a call that the throttle held back', async () => {
    await Promise.all([ask('paced'), ask('paced')]);
    await suite.expectCounted(
      sumOf(request('primary'), request('primary'), attempt('primary', 'ok', 'main', 2), {
        [counter('throttle_delays', { model: 'paced' })]: 1,
      }),
    );
  });

  test('a client that left', async () => {
    suite.simulator.forget();
    suite.simulator.behave('primary', [{ stall: 'before_headers' }, { usage: false }]);
    const leaving = new AbortController();
    const left = suite.send('/v1/chat/completions', chat('gpt'), suite.nextClient(), leaving.signal);
    await suite.simulator.waitForRequests('primary', 1);
    leaving.abort();
    await expect(left).rejects.toThrow();
    await suite.expectCounted(sumOf(request('cancelled'), attempt('primary', 'aborted')));
  });

  test.each(RESULTS)('an attempt that ends as %s', async (result, outcome, behaviour) => {
    suite.simulator.behave(result, behaviour);
    await ask(result);
    await suite.expectCounted(sumOf(request(outcome, result), attempt(result, result, result)));
  });

  test("a retry that the client's own retries have used up", async () => {
    for (const name of MAIN) suite.simulator.behave(name, [{ fault: 'nginx_502' }, { usage: false }]);
    await ask('patient', { 'x-stainless-retry-count': '3' });
    await suite.expectCounted(
      sumOf(
        request('exhausted'),
        attempt('primary', 'server_error'),
        attempt('secondary', 'server_error'),
        fallback('primary', 'secondary', 'server_error'),
        suppressed('client_retry'),
      ),
    );
  });

  test('retries that the deadline and the budget forbid', async () => {
    suite.simulator.behave('broken', { fault: 'nginx_502' });
    suite.simulator.behave('stalled', { stall: 'before_headers' });
    suite.simulator.forget();
    const stalled = [1, 2, 3].map(() => ask('stuck', { 'x-holdfast-timeout': '3s' }));
    await suite.simulator.waitForRequests('stalled', 3);
    await ask('stuck', { 'x-holdfast-timeout': '200ms' });
    await Promise.all(stalled);
    await suite.expectCounted(
      sumOf(
        ...Array.from({ length: 4 }, () => request('exhausted', 'stuck')),
        attempt('broken', 'server_error', 'stuck', 4),
        attempt('stalled', 'aborted', 'stuck', 3),
        fallback('broken', 'stalled', 'server_error', 'stuck', 3),
        suppressed('budget'),
        suppressed('deadline', 3),
      ),
    );
  });

  test('the other protocol', async () => {
    await suite.send('/v1/messages', { ...chat('claude'), max_tokens: 10 }, suite.nextClient());
    await suite.expectCounted(
      sumOf(request('primary', 'claude', 'anthropic'), attempt('claude', 'ok', 'claude')),
    );
  });

  test('a call that is passed through', async () => {
    const form = new FormData();
    form.set('file', new Blob(['RIFF']), 'speech.wav');
    const { authorization } = suite.nextClient();
    await fetch(`${suite.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization },
      body: form,
    });
    await suite.expectCounted(sumOf(request('primary'), attempt('primary', 'ok')));
  });

  test('tokens that are refused three times, and one whose day is over', async () => {
    suite.simulator.behave('github', {
      usage: false,
      tokens: { 'token-A': { status: 429, body: { error: { message: 'slow down' } } } },
    });
    for (let n = 0; n < 3; n++) expect((await ask('gpt-4o')).status).toBe(200);
    await suite.expectCounted(
      sumOf(
        ...Array.from({ length: 3 }, () => request('primary', 'github')),
        attempt('github', 'rate_limited', 'github', 3),
        attempt('github', 'ok', 'github', 3),
        { [counter('token_rotations', { pool: 'github', reason: 'repeated_failures' })]: 1 },
      ),
    );
    suite.simulator.behave('github', { fault: 'github_day_quota' });
    await ask('gpt-4o');
    await suite.expectCounted(
      sumOf(request('exhausted', 'github'), attempt('github', 'quota_exhausted', 'github'), {
        [counter('daily_limit_hits', { pool: 'github', model: 'gpt-4o' })]: 1,
      }),
    );
  });

  test('probes that are asked for, and their usage', async () => {
    suite.simulator.behave('chatted', {});
    await suite.send('/api/check', { cluster: 'chatted' }, ADMIN);
    await suite.expectCounted({
      [counter('probes', { llm_cluster: 'chatted', llm_endpoint: 'chatted', result: 'ok' })]: 1,
      [counter('probe_llm_tokens', { llm_cluster: 'chatted', llm_endpoint: 'chatted' })]: SOME,
    });
    suite.simulator.behave('primary', { status: 500 });
    await suite.send('/api/check', { cluster: 'main' }, ADMIN);
    await suite.expectCounted({
      [counter('probes', { llm_cluster: 'main', llm_endpoint: 'primary', result: 'server_error' })]: 1,
      [counter('probes', { llm_cluster: 'main', llm_endpoint: 'secondary', result: 'ok' })]: 1,
    });
  });

  test('a post that is tagged, and one that the model refuses', async () => {
    suite.simulator.behave('tags', [{ usage: false }, { fault: 'bad_request' }]);
    for (const [result, outcome, came] of [
      ['success', 'primary', 'ok'],
      ['failed', 'rejected', 'client_error'],
    ] as const) {
      await suite.send('/users/anna/posts', { text: 'Mountains in the morning' }, ADMIN);
      await suite.expectCounted(
        sumOf(request(outcome, 'tags'), attempt('tags', came, 'tags'), {
          [counter('tagging_jobs', { result })]: 1,
        }),
      );
    }
  });

  test('alerts that came', async () => {
    const alert = (status: string) => ({
      status,
      labels: { alertname: 'HoldfastTest' },
      startsAt: '2026-01-01T00:00:00Z',
    });
    await fetch(`${suite.admin}/alerts/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ alerts: [alert('firing'), alert('resolved')] }),
    });
    await suite.expectCounted({
      [counter('alerts_received', { alertname: 'HoldfastTest', status: 'firing' })]: 1,
      [counter('alerts_received', { alertname: 'HoldfastTest', status: 'resolved' })]: 1,
    });
  });

  test('that was every counter of the catalogue, every outcome and every result', () => {
    const names = [...suite.everCounted].map((sample) => sample.replace(/\{.*/, ''));
    const counters = METRIC_CATALOGUE.filter(({ type }) => type === 'counter').map(({ name }) => name);
    expect([...new Set(names)].sort()).toEqual([...counters].sort());
    for (const outcome of OUTCOMES) expect([...suite.everCounted].join()).toContain(`outcome="${outcome}"`);
    for (const [result] of [...RESULTS, ['ok'], ['aborted']])
      expect([...suite.everCounted].join()).toContain(`result="${result}"`);
  });
});

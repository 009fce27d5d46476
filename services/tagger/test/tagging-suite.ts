import type { Config } from '@holdfast/config/types';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openTables } from '../src/store/open-tables.ts';
import { type RunningTagger, startTagger, until } from '../testing/start-tagger.ts';
import { type TestConfigOptions, testConfig } from '../testing/test-config.ts';

const GATEWAY = 'gateway';

/** The way of a post from its creation to its tags, with a simulated gateway. */
export function describeTagging(name: string, freshUrl: () => Promise<string>): void {
  describe(`${name}, tagging`, () => {
    let simulator: Simulator;
    let databaseUrl: string;
    beforeEach(async () => {
      simulator = await startSimulator();
      databaseUrl = await freshUrl();
    });
    afterEach(async () => {
      await simulator.close();
    });

    const gatewayUrl = () => `${simulator.url}/${GATEWAY}`;
    const configOf = (more: Partial<TestConfigOptions> = {}): Config =>
      testConfig({ databaseUrl, gatewayUrl: gatewayUrl(), ...more });
    const start = (more: Partial<TestConfigOptions> = {}) => startTagger(configOf(more));
    const create = async ({ api }: RunningTagger, text = 'walking along the sea') =>
      (await api('POST', '/users/u/posts', { text })).body.id as string;
    const show = async ({ api }: RunningTagger, id: string) => (await api('GET', `/posts/${id}`)).body;
    const becomes = (running: RunningTagger, id: string, status: string) =>
      until(async () => {
        const post = await show(running, id);
        return post.tagging_status === status && post;
      });
    const calls = () => simulator.requests(GATEWAY);
    const modelsAsked = () => calls().map(({ model }) => model);

    test('asks the gateway like any client, honestly and with low priority, and stores the tags', async () => {
      simulator.behave(GATEWAY, { text: '{"tags": ["sea", "walk", "Sea"]}' });
      await using running = await start({
        clientKeys: [
          { name: 'tagger', key: 'first-key' },
          { name: 'other', key: 'second-key' },
        ],
        adminKeys: [],
      });
      const created = await running.api('POST', '/users/u/posts', {
        id: 'p1',
        text: 'walking along the sea',
      });
      expect(created.body.tagging_status).toBe('pending');
      const post = await until(async () => {
        const { body } = await running.api('GET', '/posts/p1', undefined, {
          authorization: 'Bearer first-key',
        });
        return body.tagging_status === 'success' && body;
      });
      expect(post).toMatchObject({
        tagging_attempts: 1,
        tagging_error: null,
        last_tagging_attempt: expect.stringMatching(/Z$/),
      });
      expect(post.tags).toEqual(['sea', 'walk']);
      expect(calls()).toHaveLength(1);
      expect(calls()[0]).toMatchObject({
        path: '/v1/chat/completions',
        token: 'first-key',
        model: 'main-model',
        headers: { 'x-holdfast-fallback': 'off', 'x-holdfast-priority': 'low', 'x-holdfast-cache': 'bypass' },
        json: {
          response_format: { type: 'json_object' },
          messages: [{ role: 'system' }, { role: 'user', content: 'walking along the sea' }],
        },
      });
    });

    test.each([
      'nginx_502',
      'error_in_200',
      'empty',
      'garbage',
      'html',
      'truncated_json',
      'empty_content',
      'null_choices',
      'openai_500',
      'anthropic_529',
    ] as const)('gets over %s by asking again, in one attempt', async (fault) => {
      simulator.behave(GATEWAY, [{ fault, times: 2 }, {}]);
      await using running = await start();
      const post = await becomes(running, await create(running), 'success');
      expect(post).toMatchObject({ tagging_attempts: 1, tagging_error: null });
      expect(modelsAsked()).toEqual(['main-model', 'main-model', 'main-model']);
    });

    test('waits twice as long before each further call', async () => {
      simulator.behave(GATEWAY, [{ status: 502, times: 3 }, {}]);
      await using running = await start({ tagging: { retryDelayMs: 100 } });
      await becomes(running, await create(running), 'success');
      const at = calls().map((call) => call.at);
      const waits = at.slice(1).map((time, index) => time - at[index]!);
      for (const [index, atLeast] of [100, 200, 400].entries())
        expect(waits[index]).toBeGreaterThanOrEqual(atLeast - 5);
    });

    test('leaves a model that keeps failing for the fallback models, in their order', async () => {
      simulator.behave(GATEWAY, [
        { match: { model: 'main-model' }, fault: 'nginx_502', times: 99 },
        { match: { model: 'second-model' }, fault: 'empty', times: 99 },
        {},
      ]);
      await using running = await start();
      const post = await becomes(running, await create(running), 'success');
      expect(post).toMatchObject({ tagging_attempts: 1 });
      expect(modelsAsked()).toEqual([
        'main-model',
        'main-model',
        'main-model',
        'main-model',
        'second-model',
        'third-model',
      ]);
    });

    test('leaves a model at once when the gateway says that trying again is pointless', async () => {
      simulator.behave(GATEWAY, [{ status: 502, headers: { 'x-should-retry': 'false' } }, {}]);
      await using running = await start();
      await becomes(running, await create(running), 'success');
      expect(modelsAsked()).toEqual(['main-model', 'second-model']);
    });

    test('is retrying between attempts with the reason shown, and failed after the last one', async () => {
      simulator.behave(GATEWAY, { fault: 'nginx_502' });
      await using running = await start({ tagging: { retryDelayMs: 1, maxAttempts: 3, fallbackModels: [] } });
      const id = await create(running);
      await becomes(running, id, 'retrying');
      const post = await becomes(running, id, 'failed');
      expect(post).toMatchObject({ tagging_attempts: 3, tagging_error: '502', tags: [] });
      expect(calls()).toHaveLength(12);
      const stats = (await running.api('GET', '/users/u/posts/tagging_stats')).body;
      expect(stats).toMatchObject({
        posts_need_retry: 1,
        stats_by_status: { failed: 1 },
        tagging_enabled: true,
        max_retry_attempts: 3,
      });
    });

    test('gives a failed post all its attempts again when forced', async () => {
      simulator.behave(GATEWAY, [{ fault: 'nginx_502', times: 4 }, {}]);
      await using running = await start({ tagging: { retryDelayMs: 1, maxAttempts: 1, fallbackModels: [] } });
      const id = await create(running);
      await becomes(running, id, 'failed');
      expect((await running.api('POST', '/users/u/posts/retry_tagging')).body).toEqual({
        queued: 0,
        skipped: 1,
      });
      expect((await running.api('POST', '/users/u/posts/retry_tagging?force=true')).body).toEqual({
        queued: 1,
        skipped: 0,
      });
      expect(await becomes(running, id, 'success')).toMatchObject({ tagging_attempts: 1 });
    });

    test('fails a post at once that the gateway refuses', async () => {
      simulator.behave(GATEWAY, { fault: 'bad_request' });
      await using running = await start();
      expect(await becomes(running, await create(running), 'failed')).toMatchObject({ tagging_attempts: 1 });
      expect(calls()).toHaveLength(1);
    });

    test('does without JSON mode where a model has none', async () => {
      const body = {
        error: { message: 'response_format is not supported', param: 'response_format', code: null },
      };
      simulator.behave(GATEWAY, [{ status: 400, body }, {}]);
      await using running = await start();
      await becomes(running, await create(running), 'success');
      expect(calls().map(({ json }) => 'response_format' in (json as object))).toEqual([true, false]);
    });

    test('skips a post without text and asks nobody', async () => {
      await using running = await start();
      const { body } = await running.api('POST', '/users/u/posts', { text: ' \n ' });
      expect(body.tagging_status).toBe('skipped');
      expect(calls()).toHaveLength(0);
    });

    test('regenerates tags', async () => {
      simulator.behave(GATEWAY, [{ text: '{"tags": ["old"]}' }, { text: '{"tags": ["new"]}' }]);
      await using running = await start();
      const id = await create(running);
      expect(await becomes(running, id, 'success')).toMatchObject({ tags: ['old'] });
      expect(await running.api('POST', `/posts/${id}/regenerate_tags`)).toMatchObject({ status: 202 });
      expect(await until(async () => (await show(running, id)).tags[0] === 'new')).toBe(true);
    });

    test('never has more calls under way than allowed', async () => {
      simulator.behave(GATEWAY, { latencyMs: 20 });
      await using running = await start({ tagging: { concurrency: 3 } });
      await running.api(
        'POST',
        '/users/u/posts',
        Array.from({ length: 20 }, () => ({ text: 'the sea' })),
      );
      await until(
        async () =>
          (await running.api('GET', '/users/u/posts/tagging_stats')).body.stats_by_status.success === 20,
      );
      expect(simulator.peakInFlight(GATEWAY)).toBe(3);
      expect(calls()).toHaveLength(20);
    });

    test('goes on with other posts while some hang or fail for ever', async () => {
      simulator.behave(GATEWAY, [
        { stall: 'before_headers', times: 1 },
        { fault: 'bad_request', times: 3 },
        {},
      ]);
      await using running = await start({ tagging: { concurrency: 2 } });
      await running.api(
        'POST',
        '/users/u/posts',
        Array.from({ length: 14 }, () => ({ text: 'the sea' })),
      );
      const stats = await until(async () => {
        const { body } = await running.api('GET', '/users/u/posts/tagging_stats');
        return body.stats_by_status.success === 10 && body;
      });
      expect(stats.stats_by_status).toMatchObject({ success: 10, failed: 3, pending: 1 });
    });

    test('gives up a post under which its process died again and again, without asking once more', async () => {
      const tables = await openTables(databaseUrl, 1, 0);
      const nowMs = Date.now();
      await tables.posts.create('u', [{ id: 'poison', text: 'the sea' }], nowMs);
      for (let death = 0; death <= 10; death += 1) {
        const at = nowMs + death;
        expect(
          await tables.queue.claim({ owner: 'dead', limit: 1, nowMs: at, untilMs: at + 1 }),
        ).toHaveLength(1);
      }
      await tables.close();
      await using running = await start();
      expect(await becomes(running, 'poison', 'failed')).toMatchObject({
        tagging_error: expect.stringContaining('cut 11 times in a row'),
      });
      expect(calls()).toHaveLength(0);
    });

    test('charges no attempt while the gateway is away, and goes on when it is back', async () => {
      const { port } = simulator;
      await simulator.close();
      await using running = await startTagger(
        testConfig({ databaseUrl, gatewayUrl: `http://127.0.0.1:${port}/${GATEWAY}` }),
      );
      const id = await create(running);
      await until(async () => (await show(running, id)).tagging_error !== null);
      expect(await show(running, id)).toMatchObject({
        tagging_status: 'pending',
        tagging_attempts: 0,
        tagging_error: expect.stringContaining('unreachable'),
      });
      simulator = await startSimulator({ port });
      expect(await becomes(running, id, 'success')).toMatchObject({ tagging_attempts: 1 });
      expect(calls()).toHaveLength(1);
    });

    test('lets the whole line rest while the gateway has no room, instead of trying post after post', async () => {
      const full = {
        status: 503,
        headers: { 'x-holdfast-attempts': '0', 'x-should-retry': 'false', 'retry-after': '1' },
      };
      simulator.behave(GATEWAY, [full, {}]);
      await using running = await start({ tagging: { concurrency: 1 } });
      const posts = Array.from({ length: 5 }, () => ({ text: 'the sea' }));
      await running.api('POST', '/users/u/posts', posts);
      await until(
        async () =>
          (await running.api('GET', '/users/u/posts/tagging_stats')).body.stats_by_status.success === 5,
      );
      const [first, second] = calls();
      expect(second!.at - first!.at).toBeGreaterThanOrEqual(995);
      expect(calls()).toHaveLength(6);
      expect(modelsAsked()).not.toContain('second-model');
    });

    test('charges no attempt when the gateway limits its clients, and comes back when told', async () => {
      const limited = {
        status: 429,
        headers: { 'retry-after': '1', 'x-holdfast-attempts': '0', 'x-should-retry': 'false' },
      };
      simulator.behave(GATEWAY, [limited, {}]);
      await using running = await start({ tagging: { maxAttempts: 1, maxRetries: 0, fallbackModels: [] } });
      expect(await becomes(running, await create(running), 'success')).toMatchObject({ tagging_attempts: 1 });
      const [first, second] = calls();
      expect(second!.at - first!.at).toBeGreaterThanOrEqual(995);
    });

    test('is shared by several taggers: each post is asked for once', async () => {
      simulator.behave(GATEWAY, { latencyMs: [1, 10] });
      await using first = await start();
      await using second = await start();
      await using third = await start();
      for (const [index, { api }] of [first, second, third].entries()) {
        await api(
          'POST',
          '/users/u/posts',
          Array.from({ length: 30 }, (_, post) => ({
            id: `${index}-${post}`,
            text: `post ${index} ${post}`,
          })),
        );
      }
      await until(
        async () =>
          (await first.api('GET', '/users/u/posts/tagging_stats')).body.stats_by_status.success === 90,
      );
      const asked = calls().map(
        ({ json }) => (json as { messages: { content: string }[] }).messages[1]!.content,
      );
      expect(asked).toHaveLength(90);
      expect(new Set(asked).size).toBe(90);
    });

    test('puts waiting posts in line again at the scheduled time', async () => {
      simulator.behave(GATEWAY, [{ fault: 'nginx_502', times: 1 }, {}]);
      const everySecond = '* * * * * *';
      await using running = await start({
        tagging: { maxRetries: 0, retryDelayMs: 3_600_000, fallbackModels: [], schedule: everySecond },
      });
      expect(await becomes(running, await create(running), 'success')).toMatchObject({ tagging_attempts: 2 });
    });

    test('ends the calls under way before it closes, and hands back what takes too long', async () => {
      simulator.behave(GATEWAY, [{ latencyMs: 150 }, { stall: 'before_headers' }]);
      const running = await start({ tagging: { concurrency: 2 } });
      const quick = await create(running);
      await simulator.waitForRequests(GATEWAY, 1);
      const slow = await create(running);
      await simulator.waitForRequests(GATEWAY, 2);
      await running.tagger.close();
      await simulator.waitForAbort(GATEWAY, 1);
      await using next = await start({ tagging: { model: null } });
      expect(await show(next, quick)).toMatchObject({ tagging_status: 'success' });
      expect(await show(next, slow)).toMatchObject({ tagging_status: 'pending', tagging_attempts: 0 });
    });

    test('takes over a new configuration while it runs', async () => {
      await using running = await start({ tagging: { model: null } });
      const id = await create(running);
      running.tagger.applyConfig(configOf({ tagging: { model: 'new-model' } }));
      await becomes(running, id, 'success');
      expect(modelsAsked()).toEqual(['new-model']);
      running.tagger.configFailed('line 3: unknown key');
      expect((await running.api('GET', '/metrics')).body).toContain(
        'holdfast_config_last_reload_successful 0',
      );
      expect((await running.api('GET', '/readyz')).body.checks).toMatchObject({
        config: 'line 3: unknown key',
      });
    });

    test('counts how jobs ended, and logs neither posts nor answers nor keys', async () => {
      simulator.behave(GATEWAY, [
        { text: '{"tags": ["zzanswerzz"]}' },
        { status: 400, body: { error: { message: 'cannot take: zzpostzz', code: 'bad' } } },
        { fault: 'nginx_502', times: 4 },
        {},
      ]);
      await using running = await start({
        clientKeys: [],
        tagging: { concurrency: 1, retryDelayMs: 1, fallbackModels: [] },
      });
      for (const status of ['success', 'failed', 'success'])
        await becomes(running, await create(running, 'about zzpostzz'), status);
      const { body: metrics } = await running.api('GET', '/metrics');
      for (const [result, count] of [
        ['success', 2],
        ['failed', 1],
        ['retrying', 1],
        ['superseded', 0],
      ] as const) {
        expect(metrics).toContain(`holdfast_tagging_jobs_total{result="${result}"} ${count}`);
      }
      expect(metrics).toContain('holdfast_tagging_job_duration_seconds_count 4');
      expect(metrics).toContain('holdfast_tagging_queue_length 0');
      expect(running.logged()).toContain('"event":"tagging_attempt"');
      expect(running.logged()).not.toMatch(/zzpostzz|zzanswerzz/);
    });
  });
}

import { describe, expect, test } from '@jest/globals';
import { openTables } from '../src/store/open-tables.ts';
import { until } from '../testing/start-tagger.ts';
import { GATEWAY, useTaggingRig } from './tagging-rig.ts';

/** The line of posts: who works on it, what stops it, what does not. */
export function describeLine(name: string, freshUrl: () => Promise<string>): void {
  describe(`${name}, the line`, () => {
    const rig = useTaggingRig(freshUrl);
    const { configOf, start, create, show, becomes, calls, modelsAsked } = rig;

    test('never has more calls under way than allowed', async () => {
      rig.simulator.behave(GATEWAY, { latencyMs: 20 });
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
      expect(rig.simulator.peakInFlight(GATEWAY)).toBe(3);
      expect(calls()).toHaveLength(20);
    });

    test('goes on with other posts while some hang or fail for ever', async () => {
      rig.simulator.behave(GATEWAY, [
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
      const tables = await openTables(rig.databaseUrl, 1, 0);
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
      await rig.simulator.close();
      await using running = await start();
      const id = await create(running);
      await until(async () => (await show(running, id)).tagging_error !== null);
      expect(await show(running, id)).toMatchObject({
        tagging_status: 'pending',
        tagging_attempts: 0,
        tagging_error: expect.stringContaining('unreachable'),
      });
      await rig.restartSimulator();
      expect(await becomes(running, id, 'success')).toMatchObject({ tagging_attempts: 1 });
      expect(calls()).toHaveLength(1);
    });

    test('lets the whole line rest while the gateway has no room, instead of trying post after post', async () => {
      const full = {
        status: 503,
        headers: { 'x-holdfast-attempts': '0', 'x-should-retry': 'false', 'retry-after': '1' },
      };
      rig.simulator.behave(GATEWAY, [full, {}]);
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
      rig.simulator.behave(GATEWAY, [limited, {}]);
      await using running = await start({ tagging: { maxAttempts: 1, maxRetries: 0, fallbackModels: [] } });
      expect(await becomes(running, await create(running), 'success')).toMatchObject({ tagging_attempts: 1 });
      const [first, second] = calls();
      expect(second!.at - first!.at).toBeGreaterThanOrEqual(995);
    });

    test('is shared by several taggers: each post is asked for once', async () => {
      rig.simulator.behave(GATEWAY, { latencyMs: [1, 10] });
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
      rig.simulator.behave(GATEWAY, [{ fault: 'nginx_502', times: 1 }, {}]);
      const everySecond = '* * * * * *';
      await using running = await start({
        tagging: { maxRetries: 0, retryDelayMs: 3_600_000, fallbackModels: [], schedule: everySecond },
      });
      expect(await becomes(running, await create(running), 'success')).toMatchObject({ tagging_attempts: 2 });
    });

    test('ends the calls under way before it closes, and hands back what takes too long', async () => {
      rig.simulator.behave(GATEWAY, [{ latencyMs: 150 }, { stall: 'before_headers' }]);
      const running = await start({ tagging: { concurrency: 2 } });
      const quick = await create(running);
      await rig.simulator.waitForRequests(GATEWAY, 1);
      const slow = await create(running);
      await rig.simulator.waitForRequests(GATEWAY, 2);
      await running.tagger.close();
      await rig.simulator.waitForAbort(GATEWAY, 1);
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
      rig.simulator.behave(GATEWAY, [
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

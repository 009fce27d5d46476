import { describe, expect, test } from '@jest/globals';
import { until } from '../testing/start-tagger.ts';
import { GATEWAY, useTaggingRig } from './tagging-rig.ts';

/** The way of a post from its creation to its tags, with a simulated gateway. */
export function describeTagging(name: string, freshUrl: () => Promise<string>): void {
  describe(`${name}, tagging`, () => {
    const rig = useTaggingRig(freshUrl);
    const { start, create, show, becomes, calls, modelsAsked } = rig;

    test('asks the gateway like any client, honestly and with low priority, and stores the tags', async () => {
      rig.simulator.behave(GATEWAY, { text: '{"tags": ["sea", "walk", "Sea"]}' });
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
      rig.simulator.behave(GATEWAY, [{ fault, times: 2 }, {}]);
      await using running = await start();
      const post = await becomes(running, await create(running), 'success');
      expect(post).toMatchObject({ tagging_attempts: 1, tagging_error: null });
      expect(modelsAsked()).toEqual(['main-model', 'main-model', 'main-model']);
    });

    test('waits twice as long before each further call', async () => {
      rig.simulator.behave(GATEWAY, [{ status: 502, times: 3 }, {}]);
      await using running = await start({ tagging: { retryDelayMs: 100 } });
      await becomes(running, await create(running), 'success');
      const at = calls().map((call) => call.at);
      const waits = at.slice(1).map((time, index) => time - at[index]!);
      for (const [index, atLeast] of [100, 200, 400].entries())
        expect(waits[index]).toBeGreaterThanOrEqual(atLeast - 5);
    });

    test('leaves a model that keeps failing for the fallback models, in their order', async () => {
      rig.simulator.behave(GATEWAY, [
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
      rig.simulator.behave(GATEWAY, [{ status: 502, headers: { 'x-should-retry': 'false' } }, {}]);
      await using running = await start();
      await becomes(running, await create(running), 'success');
      expect(modelsAsked()).toEqual(['main-model', 'second-model']);
    });

    test('is retrying between attempts with the reason shown, and failed after the last one', async () => {
      rig.simulator.behave(GATEWAY, { fault: 'nginx_502' });
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
      rig.simulator.behave(GATEWAY, [{ fault: 'nginx_502', times: 4 }, {}]);
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
      rig.simulator.behave(GATEWAY, { fault: 'bad_request' });
      await using running = await start();
      expect(await becomes(running, await create(running), 'failed')).toMatchObject({ tagging_attempts: 1 });
      expect(calls()).toHaveLength(1);
    });

    test('does without JSON mode where a model has none', async () => {
      const body = {
        error: { message: 'response_format is not supported', param: 'response_format', code: null },
      };
      rig.simulator.behave(GATEWAY, [{ status: 400, body }, {}]);
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
      rig.simulator.behave(GATEWAY, [{ text: '{"tags": ["old"]}' }, { text: '{"tags": ["new"]}' }]);
      await using running = await start();
      const id = await create(running);
      expect(await becomes(running, id, 'success')).toMatchObject({ tags: ['old'] });
      expect(await running.api('POST', `/posts/${id}/regenerate_tags`)).toMatchObject({ status: 202 });
      expect(await until(async () => (await show(running, id)).tags[0] === 'new')).toBe(true);
    });
  });
}

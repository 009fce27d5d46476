import { describe, expect, test } from '@jest/globals';
import { POSTS, useApi } from './api-rig.ts';

/** The API of docs/tagger.md over HTTP. */
export function describeApi(name: string, freshUrl: () => Promise<string>): void {
  describe(`${name}, the API`, () => {
    const { start, call, newUser } = useApi(freshUrl);

    test('creates one post and shows it', async () => {
      const user = newUser();
      const created = await call('POST', `/users/${user}/posts`, { text: 'hello' });
      expect(created.status).toBe(201);
      expect(created.body).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        user_id: user,
        text: 'hello',
        tags: [],
        tagging_status: 'pending',
        tagging_attempts: 0,
        last_tagging_attempt: null,
        tagging_error: null,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
      expect(await call('GET', `/posts/${created.body.id}`)).toMatchObject({
        status: 200,
        body: created.body,
      });
    });

    test('creates a list of posts in its order', async () => {
      const user = newUser();
      const texts = Array.from({ length: 30 }, (_, index) => `post ${index}`);
      const created = await call(
        'POST',
        `/users/${user}/posts`,
        texts.map((text) => ({ text })),
      );
      expect(created).toMatchObject({ status: 201, body: { next: null } });
      expect(created.body.posts.map(({ text }: { text: string }) => text)).toEqual(texts);
      const listed = await call('GET', `/users/${user}/posts`);
      expect(listed.body).toEqual({ posts: created.body.posts, next: null });
    });

    test('answers the same id and text with 200 and the post as it is, another text or user with 409', async () => {
      const user = newUser();
      const post = { id: `${user}-a`, text: 'hello' };
      const first = await call('POST', `/users/${user}/posts`, post);
      expect(await call('POST', `/users/${user}/posts`, post)).toMatchObject({
        status: 200,
        body: first.body,
      });
      expect(await call('POST', `/users/${user}/posts`, [post, { id: `${user}-b`, text: '' }])).toMatchObject(
        {
          status: 201,
          body: { posts: [first.body, { tagging_status: 'skipped' }] },
        },
      );
      const conflict = { status: 409, body: { error: { code: 'post_exists', param: 'id' } } };
      expect(await call('POST', `/users/${user}/posts`, { ...post, text: 'other' })).toMatchObject(conflict);
      expect(await call('POST', `/users/${newUser()}/posts`, post)).toMatchObject(conflict);
      const listed = await call('POST', `/users/${user}/posts`, [
        { id: `${user}-c`, text: 'x' },
        { ...post, text: 'other' },
      ]);
      expect(listed).toMatchObject({ status: 409, body: { error: { param: '[1].id' } } });
      expect(await call('GET', `/posts/${user}-c`)).toMatchObject({ status: 404 });
    });

    test('lists page by page to the end, and by status', async () => {
      const user = newUser();
      await call(
        'POST',
        `/users/${user}/posts`,
        Array.from({ length: 7 }, (_, index) => ({ id: `${user}-${index}`, text: index % 2 ? 'x' : '' })),
      );
      const seen: string[] = [];
      let cursor: string | null = '';
      for (let pages = 0; cursor !== null && pages < 9; pages += 1) {
        const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body } = await call('GET', `/users/${user}/posts?limit=3${query}`);
        seen.push(...body.posts.map(({ id }: { id: string }) => id));
        cursor = body.next;
      }
      expect(seen).toEqual(Array.from({ length: 7 }, (_, index) => `${user}-${index}`));
      const skipped = await call('GET', `/users/${user}/posts?status=skipped`);
      expect(skipped.body.posts).toHaveLength(4);
    });

    test('counts the posts of one user', async () => {
      const user = newUser();
      await call('POST', `/users/${user}/posts`, [{ text: 'a' }, { text: 'b' }, { text: '' }]);
      expect((await call('GET', `/users/${user}/posts/tagging_stats`)).body).toEqual({
        user_id: user,
        total_posts: 3,
        posts_with_tags: 0,
        posts_need_retry: 0,
        stats_by_status: { pending: 2, success: 0, failed: 0, retrying: 0, skipped: 1 },
        tagging_enabled: false,
        max_retry_attempts: 5,
      });
      expect((await call('GET', `/users/${newUser()}/posts/tagging_stats`)).body).toMatchObject({
        total_posts: 0,
      });
    });

    test('keeps users apart', async () => {
      const [mine, theirs] = [newUser(), newUser()];
      await call('POST', `/users/${mine}/posts`, [{ text: 'a' }, { text: 'b' }]);
      await call('POST', `/users/${theirs}/posts`, { text: 'c' });
      expect((await call('GET', `/users/${theirs}/posts`)).body.posts).toMatchObject([
        { user_id: theirs, text: 'c' },
      ]);
      expect((await call('POST', `/users/${theirs}/posts/retry_tagging`)).body).toEqual({
        queued: 1,
        skipped: 0,
      });
      const odd = encodeURIComponent("o'dd/ user?%");
      await call('POST', `/users/${odd}/posts`, { text: 'd' });
      expect((await call('GET', `/users/${odd}/posts`)).body.posts).toMatchObject([
        { user_id: "o'dd/ user?%" },
      ]);
    });

    test('puts posts in line again', async () => {
      const user = newUser();
      await call('POST', `/users/${user}/posts`, [{ text: 'a' }, { text: 'b' }, { text: '' }]);
      expect((await call('POST', `/users/${user}/posts/retry_tagging?limit=1`)).body).toEqual({
        queued: 1,
        skipped: 0,
      });
      expect((await call('POST', `/users/${user}/posts/retry_tagging?force=true&limit=10`)).body).toEqual({
        queued: 2,
        skipped: 0,
      });
    });

    test('accepts a regeneration', async () => {
      const { body: post } = await call('POST', `/users/${newUser()}/posts`, { text: 'a' });
      const regenerated = await call('POST', `/posts/${post.id}/regenerate_tags`);
      expect(regenerated).toMatchObject({
        status: 202,
        body: { post_id: post.id, tagging_status: 'pending' },
      });
    });

    test('lets client and admin keys read, and only admin keys change anything', async () => {
      const clientKeys = [{ name: 'app', key: 'client-key-1' }];
      const adminKeys = [{ name: 'ops', key: 'admin-key-1' }];
      await using guarded = await start({ clientKeys, adminKeys });
      const statuses = async (method: 'GET' | 'POST', path: string, body?: unknown) => {
        const results: number[] = [];
        for (const key of [null, 'client-key-2', 'client-key-1', 'admin-key-1']) {
          const headers = key === null ? {} : { authorization: `Bearer ${key}` };
          results.push((await guarded.api(method, path, body, headers)).status);
        }
        return results;
      };
      expect(await statuses('GET', POSTS)).toEqual([401, 401, 200, 200]);
      expect(await statuses('GET', `${POSTS}/tagging_stats`)).toEqual([401, 401, 200, 200]);
      expect(await statuses('GET', '/posts/x')).toEqual([401, 401, 404, 404]);
      expect(await statuses('POST', POSTS, { id: 'p', text: 'a' })).toEqual([401, 401, 401, 201]);
      expect(await statuses('POST', `${POSTS}/retry_tagging`)).toEqual([401, 401, 401, 200]);
      expect(await statuses('POST', '/posts/p/regenerate_tags')).toEqual([401, 401, 401, 202]);
      expect(await statuses('GET', '/healthz')).toEqual([200, 200, 200, 200]);
      expect((await guarded.api('GET', POSTS, undefined, { 'x-api-key': 'client-key-1' })).status).toBe(200);
    });

    test('without admin keys lets everyone change, without client keys everyone read', async () => {
      await using clientsOnly = await start({ clientKeys: [{ name: 'app', key: 'k' }] });
      expect((await clientsOnly.api('POST', POSTS, { text: 'a' })).status).toBe(201);
      expect((await clientsOnly.api('GET', POSTS)).status).toBe(401);
      await using adminsOnly = await start({ adminKeys: [{ name: 'ops', key: 'k' }] });
      expect((await adminsOnly.api('POST', POSTS, { text: 'a' })).status).toBe(401);
      expect((await adminsOnly.api('GET', POSTS)).status).toBe(200);
    });

    test('has the operations routes of every service, and each of its series from the start', async () => {
      await using fresh = await start();
      expect(await fresh.api('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
      expect(await fresh.api('GET', '/readyz')).toMatchObject({
        status: 200,
        body: { checks: { database: 'ok' } },
      });
      await fresh.api('POST', POSTS, [{ text: 'a' }, { text: 'b' }]);
      const { body: metrics } = await fresh.api('GET', '/metrics');
      for (const result of ['success', 'retrying', 'failed', 'skipped', 'superseded', 'refused']) {
        expect(metrics).toContain(`holdfast_tagging_jobs_total{result="${result}"} 0`);
      }
      expect(metrics).toContain('holdfast_tagging_job_duration_seconds_count 0');
      expect(metrics).toContain('holdfast_tagging_queue_length 2');
      expect(metrics).toMatch(/^holdfast_tagging_oldest_job_age_seconds [\d.e-]+$/m);
      expect(metrics).toContain('holdfast_build_info{service="tagger"');
      expect(metrics).toContain('holdfast_state_store_up 1');
      expect(metrics).toContain('holdfast_config_last_reload_successful 1');
    });
  });
}

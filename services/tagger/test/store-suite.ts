import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type OpenTables, openTables } from '../src/store/open-tables.ts';
import type { Job } from '../src/store/queue.ts';

const NOW = 1_800_000_000_000;
const LEASE_MS = 15_000;
const SUCCESS = { status: 'success', attempts: 1, tags: ['a', 'b'] } as const;

/** What the tables guarantee, whichever database holds them. `freshUrl` names an empty one. */
export function describeStore(name: string, freshUrl: () => Promise<string>): void {
  describe(`${name}:`, () => {
    let url: string;
    let tables: OpenTables;
    beforeEach(async () => {
      url = await freshUrl();
      tables = await openTables(url, 4, NOW);
    });
    afterEach(() => tables.close());

    const create = (count: number, userId = 'u1', text = 'a post') =>
      tables.posts.create(
        userId,
        Array.from({ length: count }, (_, index) => ({
          id: `${userId}-${String(index).padStart(4, '0')}`,
          text,
        })),
        NOW,
      );
    const claim = (limit: number, owner = 'w1', nowMs = NOW) =>
      tables.queue.claim({ owner, limit, nowMs, untilMs: nowMs + LEASE_MS });
    const find = async (id: string) => (await tables.posts.find(id))!;
    const retry = (more: object = {}) =>
      tables.queue.retry({ userId: 'u1', force: false, limit: 100, maxAttempts: 5, nowMs: NOW, ...more });
    const failed = (attempts: number) => ({ status: 'failed', attempts, error: '502' }) as const;

    describe('posts', () => {
      test('are stored pending and in line, those without text skipped and not in line', async () => {
        const result = await tables.posts.create(
          'u1',
          [
            { id: 'p1', text: 'hello' },
            { id: 'p2', text: ' \n' },
          ],
          NOW,
        );
        expect(result).toMatchObject({ kind: 'stored', created: 2 });
        expect(await find('p1')).toEqual({
          id: 'p1',
          userId: 'u1',
          text: 'hello',
          tags: [],
          status: 'pending',
          attempts: 0,
          lastAttempt: null,
          error: null,
          createdAt: new Date(NOW).toISOString(),
        });
        expect(await find('p2')).toMatchObject({ status: 'skipped', attempts: 0 });
        expect(await tables.queue.state(NOW)).toEqual({ length: 1, oldestDueMs: NOW });
      });

      test('sent again with the same text are the ones that are there', async () => {
        await tables.posts.create('u1', [{ id: 'p1', text: 'hello' }], NOW);
        const again = await tables.posts.create(
          'u1',
          [
            { id: 'p0', text: 'new' },
            { id: 'p1', text: 'hello' },
          ],
          NOW + 5000,
        );
        expect(again).toMatchObject({
          kind: 'stored',
          created: 1,
          posts: [{ id: 'p0' }, { id: 'p1', createdAt: new Date(NOW).toISOString() }],
        });
      });

      test('with an id that another post has are refused, all of the list', async () => {
        await tables.posts.create('u1', [{ id: 'p1', text: 'hello' }], NOW);
        const other = await tables.posts.create(
          'u1',
          [
            { id: 'p0', text: 'new' },
            { id: 'p1', text: 'other' },
          ],
          NOW,
        );
        expect(other).toEqual({ kind: 'conflict', index: 1 });
        expect(await tables.posts.create('u2', [{ id: 'p1', text: 'hello' }], NOW)).toEqual({
          kind: 'conflict',
          index: 0,
        });
        expect(
          await tables.posts.create(
            'u1',
            [
              { id: 'p3', text: 'a' },
              { id: 'p3', text: 'b' },
            ],
            NOW,
          ),
        ).toEqual({ kind: 'conflict', index: 1 });
        expect(await tables.posts.find('p0')).toBeNull();
        expect(await tables.posts.find('p3')).toBeNull();
      });

      test('created at the same time with one id are one post', async () => {
        const results = await Promise.all(
          Array.from({ length: 8 }, () => tables.posts.create('u1', [{ id: 'p1', text: 'hello' }], NOW)),
        );
        expect(results.map((result) => (result.kind === 'stored' ? result.created : -1)).sort()).toEqual([
          0, 0, 0, 0, 0, 0, 0, 1,
        ]);
      });

      test('keep any text, injections and other scripts included', async () => {
        const texts = ["'); drop table posts; --", '日本語 😀', '%_\\', '\u2028'];
        await tables.posts.create(
          "u'1",
          texts.map((text, index) => ({ id: `p${index}';--`, text })),
          NOW,
        );
        const listed = await tables.posts.list({ userId: "u'1", status: null, afterId: null, limit: 10 });
        expect(listed.map(({ text }) => text)).toEqual(texts);
      });

      test('are listed page by page, each once, by user and status', async () => {
        await create(25);
        await create(3, 'u2');
        const [job] = await claim(1);
        await tables.queue.finish(job!, 'w1', SUCCESS);
        const ids: string[] = [];
        for (let afterId: string | null = null; ; ) {
          const page = await tables.posts.list({ userId: 'u1', status: null, afterId, limit: 10 });
          if (page.length === 0) break;
          ids.push(...page.map(({ id }) => id));
          afterId = page.at(-1)!.id;
        }
        expect(ids).toEqual(Array.from({ length: 25 }, (_, index) => `u1-${String(index).padStart(4, '0')}`));
        const tagged = await tables.posts.list({ userId: 'u1', status: 'success', afterId: null, limit: 10 });
        expect(tagged).toMatchObject([{ id: 'u1-0000', tags: ['a', 'b'] }]);
      });

      test('are counted by status, for their user only', async () => {
        await create(4);
        await create(2, 'u2');
        await tables.posts.create('u1', [{ id: 'empty', text: '' }], NOW);
        const [first, second] = await claim(2);
        await tables.queue.finish(first!, 'w1', SUCCESS);
        await tables.queue.finish(second!, 'w1', failed(1));
        expect(await tables.posts.stats('u1')).toEqual({
          total: 5,
          withTags: 1,
          byStatus: { pending: 2, success: 1, failed: 1, retrying: 0, skipped: 1 },
        });
        expect(await tables.posts.stats('nobody')).toMatchObject({ total: 0, withTags: 0 });
      });
    });

    describe('jobs', () => {
      test('are claimed by one worker each, however many claim at once', async () => {
        await create(60);
        const claims = await Promise.all(Array.from({ length: 12 }, (_, index) => claim(10, `w${index}`)));
        const ids = claims.flat().map(({ postId }) => postId);
        expect(ids).toHaveLength(60);
        expect(new Set(ids).size).toBe(60);
      });

      test('are claimed in the order they became due, and not before', async () => {
        await tables.posts.create('u1', [{ id: 'late', text: 'x' }], NOW + 2000);
        await tables.posts.create('u1', [{ id: 'z-first', text: 'x' }], NOW - 2000);
        await tables.posts.create('u1', [{ id: 'a-second', text: 'x' }], NOW - 1000);
        expect((await claim(1)).map(({ postId }) => postId)).toEqual(['z-first']);
        expect((await claim(9)).map(({ postId }) => postId)).toEqual(['a-second']);
        expect(await tables.queue.nextDueMs()).toBe(NOW + 2000);
      });

      test('of a worker that died are claimed again when its lease is over, and its late result is not written', async () => {
        await create(1);
        const [mine] = await claim(1, 'dead');
        expect(await claim(1, 'other', NOW + LEASE_MS - 1)).toEqual([]);
        const [theirs] = await claim(1, 'other', NOW + LEASE_MS);
        expect(theirs).toMatchObject({ postId: 'u1-0000', fence: mine!.fence + 1, interruptions: 1 });
        expect(await tables.queue.finish(theirs!, 'other', { ...SUCCESS, tags: ['theirs'] })).toBe(true);
        expect(await tables.queue.finish(mine!, 'dead', { ...SUCCESS, tags: ['mine'] })).toBe(false);
        expect(await find('u1-0000')).toMatchObject({ tags: ['theirs'], attempts: 1 });
      });

      test('stay with a worker that extends its lease', async () => {
        await create(1);
        await claim(1);
        await tables.queue.extend('w1', ['u1-0000'], NOW + 2 * LEASE_MS);
        await tables.queue.extend('w2', ['u1-0000'], NOW);
        expect(await claim(1, 'other', NOW + LEASE_MS)).toEqual([]);
      });

      test('are finished once: the same result a second time changes nothing', async () => {
        await create(1);
        const [job] = await claim(1);
        expect(await tables.queue.finish(job!, 'w1', SUCCESS)).toBe(true);
        expect(await tables.queue.finish(job!, 'w1', SUCCESS)).toBe(false);
        expect(await tables.queue.state(NOW)).toEqual({ length: 0, oldestDueMs: null });
      });

      test('that wait keep their step and say when the running attempt began', async () => {
        await create(1);
        const [job] = await claim(1);
        await tables.queue.finish(job!, 'w1', {
          status: 'pending',
          attempts: 0,
          step: 2,
          dueAtMs: NOW + 4000,
          error: '502',
        });
        expect(await find('u1-0000')).toMatchObject({ status: 'pending', error: '502', attempts: 0 });
        expect(await claim(1, 'w1', NOW + 3999)).toEqual([]);
        const [again] = await claim(1, 'w1', NOW + 4000);
        expect(again).toMatchObject({ step: 2, attempts: 0, startedMs: NOW, interruptions: 0 });
        await tables.queue.finish(again!, 'w1', {
          status: 'retrying',
          attempts: 1,
          step: 0,
          dueAtMs: NOW + 9000,
          error: '503',
        });
        const [next] = await claim(1, 'w1', NOW + 9000);
        expect(next).toMatchObject({ step: 0, attempts: 1, startedMs: NOW + 9000 });
        expect(await find('u1-0000')).toMatchObject({
          status: 'retrying',
          lastAttempt: new Date(NOW + 9000).toISOString(),
        });
      });
    });

    describe('a retry', () => {
      async function finishAs(state: (job: Job) => Parameters<OpenTables['queue']['finish']>[2]) {
        for (const job of await claim(100)) await tables.queue.finish(job, 'w1', state(job));
      }

      test('makes waiting posts due and gives failed ones with attempts left another', async () => {
        await create(1, 'u1');
        await finishAs(() => ({
          status: 'retrying',
          attempts: 2,
          step: 0,
          dueAtMs: NOW + 99_000,
          error: '502',
        }));
        await tables.posts.create('u1', [{ id: 'refused', text: 'x' }], NOW);
        await finishAs(() => failed(1));
        expect(await retry()).toEqual({ queued: 2, skipped: 0 });
        expect(await find('u1-0000')).toMatchObject({ status: 'retrying', attempts: 2 });
        expect(await find('refused')).toMatchObject({ status: 'retrying', attempts: 1 });
        expect(await claim(9)).toHaveLength(2);
      });

      test('leaves posts whose attempts are used up, unless forced: then they start anew', async () => {
        await create(3);
        await finishAs(() => failed(5));
        expect(await retry()).toEqual({ queued: 0, skipped: 3 });
        expect(await retry({ force: true, limit: 2 })).toEqual({ queued: 2, skipped: 0 });
        expect((await tables.posts.stats('u1')).byStatus).toMatchObject({ pending: 2, failed: 1 });
        expect(await find('u1-0000')).toMatchObject({ status: 'pending', attempts: 0 });
      });

      test('leaves posts in work, finished ones and those of other users', async () => {
        await create(2);
        await create(2, 'u2');
        await tables.posts.create('u1', [{ id: 'a-done', text: 'x' }], NOW - 1);
        const [done] = await claim(1);
        await tables.queue.finish(done!, 'w1', SUCCESS);
        await claim(1);
        expect(await retry()).toEqual({ queued: 1, skipped: 1 });
        expect(await retry({ userId: null })).toEqual({ queued: 3, skipped: 1 });
        expect(await find('a-done')).toMatchObject({ status: 'success' });
      });
    });

    test('regeneration keeps the tags until there are new ones and voids a call in flight', async () => {
      await create(1);
      const [first] = await claim(1);
      await tables.queue.finish(first!, 'w1', SUCCESS);
      expect(await tables.queue.regenerate('u1-0000', NOW)).toBe('pending');
      expect(await find('u1-0000')).toMatchObject({ status: 'pending', tags: ['a', 'b'], attempts: 0 });
      const [inFlight] = await claim(1);
      expect(await tables.queue.regenerate('u1-0000', NOW)).toBe('pending');
      expect(await tables.queue.finish(inFlight!, 'w1', { ...SUCCESS, tags: ['void'] })).toBe(false);
      const [last] = await claim(1);
      await tables.queue.finish(last!, 'w1', { ...SUCCESS, tags: ['new'] });
      expect(await find('u1-0000')).toMatchObject({ status: 'success', tags: ['new'] });
    });

    test('regeneration of a post without text leaves it skipped; of none says so', async () => {
      await tables.posts.create('u1', [{ id: 'empty', text: '' }], NOW);
      expect(await tables.queue.regenerate('empty', NOW)).toBe('skipped');
      expect(await tables.queue.regenerate('nothing', NOW)).toBeNull();
    });

    describe('migrations', () => {
      test('are applied once: opening again changes nothing', async () => {
        expect(tables.migrated).toEqual([1]);
        await create(1);
        await using again = await reopen();
        expect(again.tables.migrated).toEqual([]);
        expect(await again.tables.posts.find('u1-0000')).toMatchObject({ status: 'pending' });
      });

      async function reopen() {
        const opened = await openTables(url, 2, NOW);
        return { tables: opened, [Symbol.asyncDispose]: () => opened.close() };
      }
    });
  });
}

import { describe, expect, test } from '@jest/globals';
import { openTables } from '../src/store/open-tables.ts';
import { failed, NOW, SUCCESS, useTables } from './store-rig.ts';

/** What the posts guarantee, whichever database holds them. `freshUrl` names an empty one. */
export function describePosts(name: string, freshUrl: () => Promise<string>): void {
  describe(`${name}:`, () => {
    const rig = useTables(freshUrl);
    const { create, claim, find } = rig;

    describe('posts', () => {
      test('are stored pending and in line, those without text skipped and not in line', async () => {
        const result = await rig.tables.posts.create(
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
        expect(await rig.tables.queue.state(NOW)).toEqual({ length: 1, oldestDueMs: NOW });
      });

      test('sent again with the same text are the ones that are there', async () => {
        await rig.tables.posts.create('u1', [{ id: 'p1', text: 'hello' }], NOW);
        const again = await rig.tables.posts.create(
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
        await rig.tables.posts.create('u1', [{ id: 'p1', text: 'hello' }], NOW);
        const other = await rig.tables.posts.create(
          'u1',
          [
            { id: 'p0', text: 'new' },
            { id: 'p1', text: 'other' },
          ],
          NOW,
        );
        expect(other).toEqual({ kind: 'conflict', index: 1 });
        expect(await rig.tables.posts.create('u2', [{ id: 'p1', text: 'hello' }], NOW)).toEqual({
          kind: 'conflict',
          index: 0,
        });
        expect(
          await rig.tables.posts.create(
            'u1',
            [
              { id: 'p3', text: 'a' },
              { id: 'p3', text: 'b' },
            ],
            NOW,
          ),
        ).toEqual({ kind: 'conflict', index: 1 });
        expect(await rig.tables.posts.find('p0')).toBeNull();
        expect(await rig.tables.posts.find('p3')).toBeNull();
      });

      test('created at the same time with one id are one post', async () => {
        const results = await Promise.all(
          Array.from({ length: 8 }, () => rig.tables.posts.create('u1', [{ id: 'p1', text: 'hello' }], NOW)),
        );
        expect(results.map((result) => (result.kind === 'stored' ? result.created : -1)).sort()).toEqual([
          0, 0, 0, 0, 0, 0, 0, 1,
        ]);
      });

      test('keep any text, injections and other scripts included', async () => {
        const texts = ["'); drop table posts; --", '日本語 😀', '%_\\', '\u2028'];
        await rig.tables.posts.create(
          "u'1",
          texts.map((text, index) => ({ id: `p${index}';--`, text })),
          NOW,
        );
        const listed = await rig.tables.posts.list({ userId: "u'1", status: null, afterId: null, limit: 10 });
        expect(listed.map(({ text }) => text)).toEqual(texts);
      });

      test('are listed page by page, each once, by user and status', async () => {
        await create(25);
        await create(3, 'u2');
        const [job] = await claim(1);
        await rig.tables.queue.finish(job!, 'w1', SUCCESS);
        const ids: string[] = [];
        for (let afterId: string | null = null; ; ) {
          const page = await rig.tables.posts.list({ userId: 'u1', status: null, afterId, limit: 10 });
          if (page.length === 0) break;
          ids.push(...page.map(({ id }) => id));
          afterId = page.at(-1)!.id;
        }
        expect(ids).toEqual(Array.from({ length: 25 }, (_, index) => `u1-${String(index).padStart(4, '0')}`));
        const tagged = await rig.tables.posts.list({
          userId: 'u1',
          status: 'success',
          afterId: null,
          limit: 10,
        });
        expect(tagged).toMatchObject([{ id: 'u1-0000', tags: ['a', 'b'] }]);
      });

      test('are counted by status, for their user only', async () => {
        await create(4);
        await create(2, 'u2');
        await rig.tables.posts.create('u1', [{ id: 'empty', text: '' }], NOW);
        const [first, second] = await claim(2);
        await rig.tables.queue.finish(first!, 'w1', SUCCESS);
        await rig.tables.queue.finish(second!, 'w1', failed(1));
        expect(await rig.tables.posts.stats('u1')).toEqual({
          total: 5,
          withTags: 1,
          byStatus: { pending: 2, success: 1, failed: 1, retrying: 0, skipped: 1 },
        });
        expect(await rig.tables.posts.stats('nobody')).toMatchObject({ total: 0, withTags: 0 });
      });
    });

    describe('migrations', () => {
      test('are applied once: opening again changes nothing', async () => {
        expect(rig.tables.migrated).toEqual([1]);
        await create(1);
        await using again = await reopen();
        expect(again.tables.migrated).toEqual([]);
        expect(await again.tables.posts.find('u1-0000')).toMatchObject({ status: 'pending' });
      });

      async function reopen() {
        const opened = await openTables(rig.url, 2, NOW);
        return { tables: opened, [Symbol.asyncDispose]: () => opened.close() };
      }
    });
  });
}

import { describe, expect, test } from '@jest/globals';
import { openTables } from '../src/store/open-tables.ts';

export interface Variant {
  readonly name: string;
  readonly id: string;
  readonly user: string;
  readonly tags: string;
  readonly time: string;
  /** The table numbers its rows. */
  readonly numbered: boolean;
}

export interface UpgradeTarget {
  /** Runs statements on an empty database; resolves with its URL. */
  prepare(statements: readonly string[]): Promise<string>;
  readonly variants: readonly Variant[];
  tagsLiteral(tags: readonly string[], type: string): string;
}

const NOW = 1_800_000_000_000;

/** What becomes of a `posts` table that another program made. */
export function describeUpgrade(name: string, { prepare, variants, tagsLiteral }: UpgradeTarget): void {
  describe.each(variants)(
    `${name}, an existing posts table with $name`,
    ({ id, user, tags, time, numbered }) => {
      const ids = numbered
        ? ['1', '2', '3', '4']
        : id.startsWith('uuid')
          ? [1, 2, 3, 4].map((n) => `00000000-0000-4000-8000-00000000000${n}`)
          : ['p1', 'p2', 'p3', 'p4'];
      const [tagged, untagged, emptyTags, textless] = ids as [string, string, string, string];
      const userId = user === 'integer' ? '7' : 'seven';
      const table = `create table posts (id ${id}, user_id ${user} not null, text text, tags ${tags}, created_at ${time}, likes integer default 3)`;
      const insert = (postId: string, text: string | null, list: string) =>
        `insert into posts (id, user_id, text, tags, created_at) values ('${postId}', '${userId}', ${text === null ? 'null' : `'${text}'`}, ${list}, '2024-03-01 10:00:00')`;
      const rows = [
        insert(tagged, 'about the sea', tagsLiteral(['sea', 'sun'], tags)),
        insert(untagged, 'about mountains', 'null'),
        insert(emptyTags, 'about rivers', tagsLiteral([], tags)),
        insert(textless, null, 'null'),
      ];
      // What the driver of the old program may have left to the sequence.
      const sequence = id.startsWith('serial') ? [`select setval('posts_id_seq', 10)`] : [];
      const upgrade = async (statements = [table, ...rows, ...sequence]) => {
        const url = await prepare(statements);
        const tables = await openTables(url, 2, NOW);
        return { url, tables, [Symbol.asyncDispose]: () => tables.close() };
      };

      test('gets a status by whether tags exist, and its untagged posts are in line', async () => {
        await using upgraded = await upgrade();
        const { posts, queue } = upgraded.tables;
        const listed = await posts.list({ userId, status: null, afterId: null, limit: 10 });
        expect(listed.map((post) => [post.id, post.status, post.attempts])).toEqual([
          [tagged, 'success', 0],
          [untagged, 'pending', 0],
          [emptyTags, 'pending', 0],
          [textless, 'skipped', 0],
        ]);
        expect(listed[0]).toMatchObject({
          userId,
          tags: ['sea', 'sun'],
          text: 'about the sea',
          lastAttempt: null,
          error: null,
        });
        expect(listed[0]?.createdAt).toMatch(/^2024-03-01T/);
        expect(await queue.state(NOW)).toEqual({ length: 2, oldestDueMs: NOW });
        expect(await posts.stats(userId)).toMatchObject({ total: 4, withTags: 1 });
      });

      test('takes tags in the type of its own column', async () => {
        await using upgraded = await upgrade();
        const { posts, queue } = upgraded.tables;
        const jobs = await queue.claim({ owner: 'w', limit: 10, nowMs: NOW, untilMs: NOW + 1 });
        expect(jobs.map(({ postId }) => postId).sort()).toEqual([untagged, emptyTags].sort());
        for (const job of jobs)
          await queue.finish(job, 'w', {
            status: 'success',
            attempts: 1,
            tags: ['hills', 'a "quoted", tag'],
          });
        expect(await posts.find(untagged)).toMatchObject({
          status: 'success',
          tags: ['hills', 'a "quoted", tag'],
        });
        expect(await posts.stats(userId)).toMatchObject({ withTags: 3 });
      });

      test('takes new posts, also from programs that know nothing of tagging', async () => {
        await using upgraded = await upgrade([table, ...sequence]);
        const { posts, queue, ids: kind } = upgraded.tables;
        expect(kind).toBe(numbered ? 'numbered' : id.startsWith('uuid') ? 'uuid' : 'text');
        const created = await posts.create(
          userId,
          [
            { id: numbered ? null : tagged, text: 'new' },
            { id: numbered ? null : untagged, text: 'newer' },
          ],
          NOW,
        );
        expect(created).toMatchObject({
          kind: 'stored',
          created: 2,
          posts: [{ text: 'new', userId, tags: [] }, { text: 'newer' }],
        });
        expect((await queue.state(NOW)).length).toBe(2);
      });

      test('is upgraded once when several start at the same time, and never again', async () => {
        const url = await prepare([table, ...rows, ...sequence]);
        const opened = await Promise.all(Array.from({ length: 4 }, () => openPatiently(url)));
        const again = await openTables(url, 1, NOW + 1);
        try {
          expect(opened.flatMap(({ migrated }) => migrated)).toEqual([1]);
          expect(again.migrated).toEqual([]);
          expect(await again.queue.state(NOW)).toEqual({ length: 2, oldestDueMs: NOW });
        } finally {
          for (const tables of [...opened, again]) await tables.close();
        }
      });

      test('keeps the statuses and counts it already has', async () => {
        const older = [
          table,
          ...rows,
          `alter table posts add column tagging_status text`,
          `alter table posts add column tagging_attempts integer`,
          `update posts set tagging_status = 'failed', tagging_attempts = 4 where id = '${untagged}'`,
          `update posts set tagging_status = 'retrying', tagging_attempts = 2 where id = '${emptyTags}'`,
        ];
        await using upgraded = await upgrade(older);
        const { posts, queue } = upgraded.tables;
        expect(await posts.find(untagged)).toMatchObject({ status: 'failed', attempts: 4 });
        expect(await posts.find(emptyTags)).toMatchObject({ status: 'retrying', attempts: 2 });
        expect(await posts.find(tagged)).toMatchObject({ status: 'success', attempts: 0 });
        expect(await queue.state(NOW)).toMatchObject({ length: 1 });
      });
    },
  );

  test(`${name}: a posts table without what tagging needs is refused by name and left as it was`, async () => {
    const url = await prepare(['create table posts (id text primary key, body text)']);
    for (const _ of [1, 2]) {
      await expect(openTables(url, 1, NOW)).rejects.toThrow(
        'the existing posts table has no column user_id, text',
      );
    }
  });
}

/** SQLite says at once that another process is at it; the service tries again. */
async function openPatiently(url: string) {
  for (;;) {
    try {
      return await openTables(url, 1, NOW);
    } catch (error) {
      if (!/locked/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

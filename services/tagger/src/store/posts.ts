import type { Selectable } from 'kysely';
import type { TaggingStatus } from '../tagging/job.ts';
import type { Database } from './database.ts';
import type { PostsShape } from './posts-columns.ts';
import { readTags, readTime } from './stored-values.ts';
import type { Tables } from './tables.ts';
import { tagsExist } from './tags-exist.ts';

export interface Post {
  readonly id: string;
  readonly userId: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly status: TaggingStatus;
  readonly attempts: number;
  /** ISO 8601; when the last attempt began. */
  readonly lastAttempt: string | null;
  readonly error: string | null;
  /** ISO 8601; null where an older table did not say. */
  readonly createdAt: string | null;
}

export interface NewPost {
  /** Null: the table numbers it. */
  readonly id: string | null;
  readonly text: string;
}

/** `conflict`: the place in the list of a post whose id exists with another text or another user; nothing was stored. */
export type CreateResult =
  | { readonly kind: 'stored'; readonly created: number; readonly posts: readonly Post[] }
  | { readonly kind: 'conflict'; readonly index: number };

export interface UserStats {
  readonly total: number;
  readonly withTags: number;
  readonly byStatus: Readonly<Record<TaggingStatus, number>>;
}

export interface Page {
  readonly userId: string;
  readonly status: TaggingStatus | null;
  /** Only posts behind this id. */
  readonly afterId: string | null;
  readonly limit: number;
}

const COLUMNS = [
  'id',
  'user_id',
  'text',
  'tags',
  'created_at',
  'tagging_status',
  'tagging_attempts',
  'last_tagging_attempt',
  'tagging_error',
] as const satisfies readonly (keyof Tables['posts'])[];

type Row = Pick<Selectable<Tables['posts']>, (typeof COLUMNS)[number]>;

const toPost = (row: Row): Post => ({
  id: String(row.id),
  userId: String(row.user_id),
  text: row.text ?? '',
  tags: readTags(row.tags),
  status: row.tagging_status,
  attempts: row.tagging_attempts,
  lastAttempt: readTime(row.last_tagging_attempt),
  error: row.tagging_error,
  createdAt: readTime(row.created_at),
});

/** Posts as their users see them. */
export function createPosts({ db }: Database, shape: PostsShape) {
  const insertRow = (userId: string, { id, text }: NewPost, nowMs: number) => ({
    ...(id === null ? {} : { id }),
    user_id: userId,
    text,
    tags: shape.tags === 'json' ? '[]' : [],
    created_at: new Date(nowMs).toISOString(),
    tagging_attempts: 0,
    tagging_step: 0,
    ...(text.trim() === ''
      ? { tagging_status: 'skipped' as const, tagging_due_at: null }
      : { tagging_status: 'pending' as const, tagging_due_at: nowMs }),
  });

  return {
    /** Stores all or none; a post that is already there with the same text is left as it is. */
    async create(userId: string, posts: readonly NewPost[], nowMs: number): Promise<CreateResult> {
      const conflict = new Conflict();
      try {
        return await db.transaction().execute(async (transaction) => {
          const inserted = await transaction
            .insertInto('posts')
            .values(posts.map((post) => insertRow(userId, post, nowMs)))
            .onConflict((clash) => clash.doNothing())
            .returning(COLUMNS)
            .execute();
          const given = new Set(posts.map(({ id }) => id));
          const numbered = inserted.filter((row) => !given.has(String(row.id))).values();
          const known = new Map(inserted.map((row) => [String(row.id), toPost(row)]));
          const others = posts.flatMap(({ id }) => (id === null || known.has(id) ? [] : [id]));
          if (others.length > 0) {
            const rows = await transaction
              .selectFrom('posts')
              .select(COLUMNS)
              .where('id', 'in', others)
              .execute();
            for (const row of rows) known.set(String(row.id), toPost(row));
          }
          const stored = posts.map(({ id, text }, index) => {
            const post = id === null ? toPost(numbered.next().value as Row) : known.get(id);
            if (post?.userId !== userId || post.text !== text) {
              conflict.index = index;
              throw conflict;
            }
            return post;
          });
          return { kind: 'stored' as const, created: inserted.length, posts: stored };
        });
      } catch (error) {
        if (error === conflict) return { kind: 'conflict', index: conflict.index };
        throw error;
      }
    },

    async find(id: string): Promise<Post | null> {
      const row = await db.selectFrom('posts').select(COLUMNS).where('id', '=', id).executeTakeFirst();
      return row ? toPost(row) : null;
    },

    /** In the order of their ids, which for generated ones is that of their creation. */
    async list({ userId, status, afterId, limit }: Page): Promise<Post[]> {
      let query = db.selectFrom('posts').select(COLUMNS).where('user_id', '=', userId);
      if (status !== null) query = query.where('tagging_status', '=', status);
      if (afterId !== null) query = query.where('id', '>', afterId);
      const rows = await query.orderBy('id').limit(limit).execute();
      return rows.map(toPost);
    },

    async stats(userId: string): Promise<UserStats> {
      const counts = await db
        .selectFrom('posts')
        .select(({ fn }) => ['tagging_status as status', fn.countAll<number>().as('count')])
        .where('user_id', '=', userId)
        .groupBy('tagging_status')
        .execute();
      const byStatus = { pending: 0, success: 0, failed: 0, retrying: 0, skipped: 0 };
      for (const { status, count } of counts) byStatus[status] += Number(count);
      const { withTags } = await db
        .selectFrom('posts')
        .select(({ fn }) => fn.countAll<number>().as('withTags'))
        .where('user_id', '=', userId)
        .where(tagsExist)
        .executeTakeFirstOrThrow();
      return {
        total: counts.reduce((sum, { count }) => sum + Number(count), 0),
        withTags: Number(withTags),
        byStatus,
      };
    },
  };
}

/** Thrown to roll a transaction back. */
class Conflict {
  index = -1;
}

export type Posts = ReturnType<typeof createPosts>;

import { type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { TaggingStatus } from '../tagging/job.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

export interface RetryRequest {
  /** Null: all users. */
  readonly userId: string | null;
  /** Also posts that have used up their attempts; they start anew. */
  readonly force: boolean;
  readonly limit: number;
  readonly maxAttempts: number;
  readonly nowMs: number;
}

type Where = { readonly eb: ExpressionBuilder<Tables, 'posts'> };

/** Putting posts in line that are not, or are only later. */
export function createRequeue({ db }: Database) {
  return {
    /**
     * Makes posts without success due now. `skipped`: those left alone because a worker has them or, without `force`,
     * because their attempts are used up.
     */
    async retry({
      userId,
      force,
      limit,
      maxAttempts,
      nowMs,
    }: RetryRequest): Promise<{ queued: number; skipped: number }> {
      const unfinished = ({ eb }: Where) =>
        eb.and([
          eb('tagging_status', 'in', ['pending', 'retrying', 'failed']),
          ...(userId === null ? [] : [eb('user_id', '=', userId)]),
        ]);
      const eligible = ({ eb }: Where) =>
        eb.and([
          eb.or([eb('tagging_owner', 'is', null), eb('tagging_due_at', '<=', nowMs)]),
          ...(force ? [] : [eb('tagging_attempts', '<', maxAttempts)]),
        ]);
      const { skipped } = await db
        .selectFrom('posts')
        .select(({ fn }) => fn.countAll<number>().as('skipped'))
        .where(unfinished)
        .where(({ eb }) => eb.not(eligible({ eb })))
        .executeTakeFirstOrThrow();
      const chosen = db
        .selectFrom('posts')
        .select('id')
        .where(unfinished)
        .where(eligible)
        .orderBy('tagging_due_at')
        .orderBy('id')
        .limit(limit);
      const anew = force ? sql<SqlBool>`tagging_status = 'failed'` : sql<SqlBool>`false`;
      const { numUpdatedRows } = await db
        .updateTable('posts')
        .set({
          tagging_due_at: nowMs,
          tagging_step: sql<number>`case when tagging_status = 'failed' then 0 else tagging_step end`,
          tagging_attempts: sql<number>`case when ${anew} then 0 else tagging_attempts end`,
          tagging_status: sql<TaggingStatus>`case when ${anew} then 'pending' when tagging_status = 'failed' then 'retrying' else tagging_status end`,
        })
        .where('id', 'in', chosen)
        .where(unfinished)
        .where(eligible)
        .executeTakeFirst();
      return { queued: Number(numUpdatedRows), skipped: Number(skipped) };
    },

    /** Tags a post anew; the tags it has stay until there are new ones, and a call in flight is void. Null: no such post. */
    async regenerate(postId: string, nowMs: number): Promise<TaggingStatus | null> {
      const row = await db
        .updateTable('posts')
        .set(({ eb }) => ({
          tagging_status: 'pending',
          tagging_attempts: 0,
          tagging_step: 0,
          tagging_due_at: nowMs,
          tagging_error: null,
          tagging_owner: null,
          tagging_fence: eb('tagging_fence', '+', 1),
          tagging_interruptions: 0,
        }))
        .where('id', '=', postId)
        .where(sql<SqlBool>`trim(coalesce(text, '')) <> ''`)
        .returning('tagging_status')
        .executeTakeFirst();
      if (row) return row.tagging_status;
      const textless = await db
        .selectFrom('posts')
        .select('tagging_status')
        .where('id', '=', postId)
        .executeTakeFirst();
      return textless?.tagging_status ?? null;
    },
  };
}

export type Requeue = ReturnType<typeof createRequeue>;

import { type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { JobState, TaggingStatus } from '../tagging/job.ts';
import type { Database } from './database.ts';
import type { PostsShape } from './posts-columns.ts';
import { readTime } from './stored-values.ts';
import type { Tables } from './tables.ts';

/** A claimed job. */
export interface Job {
  readonly postId: string;
  readonly text: string;
  readonly status: TaggingStatus;
  readonly attempts: number;
  readonly step: number;
  /** Epoch ms of the running attempt's first claim. */
  readonly startedMs: number;
  /** Claims in a row, before this one, that ended without a result. */
  readonly interruptions: number;
  readonly fence: number;
}

export interface Claim {
  readonly owner: string;
  readonly limit: number;
  readonly nowMs: number;
  /** Another worker may claim the jobs from then on, unless `extend` comes first. */
  readonly untilMs: number;
}

export interface RetryRequest {
  /** Null: all users. */
  readonly userId: string | null;
  /** Also posts that have used up their attempts; they start anew. */
  readonly force: boolean;
  readonly limit: number;
  readonly maxAttempts: number;
  readonly nowMs: number;
}

export interface QueueState {
  /** Jobs waiting or claimed. */
  readonly length: number;
  /** Epoch ms since when the job that waits longest could have been claimed; null when none is late. */
  readonly oldestDueMs: number | null;
}

type Where = ExpressionBuilder<Tables, 'posts'>;

/** The jobs: rows of `posts` with a due time. Every change is one statement, so the process may die between any two. */
export function createQueue({ kind, db }: Database, shape: PostsShape) {
  const ownedBy =
    (job: Job, owner: string) =>
    ({ eb }: { eb: Where }) =>
      eb.and([
        eb('id', '=', job.postId),
        eb('tagging_owner', '=', owner),
        eb('tagging_fence', '=', job.fence),
      ]);

  return {
    /** Takes the jobs that have been due longest. Workers that claim at the same time get different ones. */
    async claim({ owner, limit, nowMs, untilMs }: Claim): Promise<Job[]> {
      const nowIso = new Date(nowMs).toISOString();
      const rows = await db
        .with(
          (name) => name('due').materialized(),
          (query) => {
            const due = query
              .selectFrom('posts')
              .select('id')
              .where('tagging_due_at', '<=', nowMs)
              .orderBy('tagging_due_at')
              .orderBy('id')
              .limit(limit);
            return kind === 'postgres' ? due.forUpdate().skipLocked() : due;
          },
        )
        .updateTable('posts')
        .from('due')
        .whereRef('posts.id', '=', 'due.id')
        .set(({ eb }) => ({
          tagging_owner: owner,
          tagging_due_at: untilMs,
          tagging_fence: eb('posts.tagging_fence', '+', 1),
          tagging_interruptions: sql<number>`case when tagging_owner is null then 0 else tagging_interruptions + 1 end`,
          last_tagging_attempt: sql<string>`case when tagging_step = 0 then ${nowIso} else last_tagging_attempt end`,
        }))
        .returning([
          'posts.id',
          'posts.text',
          'posts.tagging_status',
          'posts.tagging_attempts',
          'posts.tagging_step',
          'posts.tagging_fence',
          'posts.tagging_interruptions',
          'posts.last_tagging_attempt',
        ])
        .execute();
      return rows.map((row) => ({
        postId: String(row.id),
        text: row.text ?? '',
        status: row.tagging_status,
        attempts: row.tagging_attempts,
        step: row.tagging_step,
        startedMs: Date.parse(readTime(row.last_tagging_attempt) ?? nowIso),
        interruptions: row.tagging_interruptions,
        fence: row.tagging_fence,
      }));
    },

    /** Keeps the claims of a worker that is still at it. */
    async extend(owner: string, postIds: readonly string[], untilMs: number): Promise<void> {
      await db
        .updateTable('posts')
        .set({ tagging_due_at: untilMs })
        .where('id', 'in', postIds)
        .where('tagging_owner', '=', owner)
        .execute();
    },

    /** Writes what a claimed job has become. False: the claim is no longer this worker's, and nothing was written. */
    async finish(job: Job, owner: string, state: JobState): Promise<boolean> {
      const waiting = state.status === 'pending' || state.status === 'retrying' ? state : null;
      const { numUpdatedRows } = await db
        .updateTable('posts')
        .set({
          tagging_status: state.status,
          tagging_attempts: state.attempts,
          tagging_step: waiting?.step ?? 0,
          tagging_due_at: waiting?.dueAtMs ?? null,
          tagging_error: 'error' in state ? state.error : null,
          tagging_owner: null,
          tagging_interruptions: 0,
          ...(state.status === 'success'
            ? { tags: shape.tags === 'json' ? JSON.stringify(state.tags) : state.tags }
            : {}),
        })
        .where(ownedBy(job, owner))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

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
      const unfinished = ({ eb }: { eb: Where }) =>
        eb.and([
          eb('tagging_status', 'in', ['pending', 'retrying', 'failed']),
          ...(userId === null ? [] : [eb('user_id', '=', userId)]),
        ]);
      const eligible = ({ eb }: { eb: Where }) =>
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

    /** Epoch ms when the next job is due; null when there is none. */
    async nextDueMs(): Promise<number | null> {
      const { next } = await db
        .selectFrom('posts')
        .select(({ fn }) => fn.min('tagging_due_at').as('next'))
        .where('tagging_due_at', 'is not', null)
        .executeTakeFirstOrThrow();
      return next;
    },

    async state(nowMs: number): Promise<QueueState> {
      const { length, oldest } = await db
        .selectFrom('posts')
        .select(({ fn }) => [fn.countAll<number>().as('length'), fn.min('tagging_due_at').as('oldest')])
        .where('tagging_due_at', 'is not', null)
        .executeTakeFirstOrThrow();
      return { length: Number(length), oldestDueMs: oldest !== null && oldest <= nowMs ? oldest : null };
    },
  };
}

export type Queue = ReturnType<typeof createQueue>;

import { type ExpressionBuilder, sql } from 'kysely';
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

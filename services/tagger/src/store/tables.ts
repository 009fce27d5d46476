import type { ColumnType } from 'kysely';
import type { TaggingStatus } from '../tagging/job.ts';

/** As the driver returns it: a Date, text or number, depending on the database and on who made the column. */
type StoredTime = ColumnType<unknown, string, string>;

/**
 * The tables, in either database. A `posts` table that was there before keeps the types of its own columns; those below
 * the line are added.
 */
export interface Tables {
  posts: {
    /** Left out on insert only where the table numbers its rows itself. */
    id: ColumnType<unknown, string | undefined, never>;
    user_id: ColumnType<unknown, string, never>;
    text: string | null;
    /** A JSON list, or an array where the column is one. */
    tags: ColumnType<unknown, unknown, unknown>;
    created_at: StoredTime;
    // ---
    tagging_status: TaggingStatus;
    tagging_attempts: number;
    last_tagging_attempt: StoredTime | null;
    tagging_error: string | null;
    /** Epoch ms. When the job may be claimed; while it is claimed, when the claim expires. Null: no job. */
    tagging_due_at: number | null;
    /** The worker that has it; null: nobody. */
    tagging_owner: string | null;
    /** Grows with each claim: a result is written only under the number it was claimed with. */
    tagging_fence: ColumnType<number, never, number>;
    tagging_step: number;
    /** Claims in a row that ended without a result. */
    tagging_interruptions: ColumnType<number, never, number>;
  };
  holdfast_migrations: { version: number; name: string; applied_at: string };
}

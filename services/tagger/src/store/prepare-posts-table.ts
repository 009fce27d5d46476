import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import { postsColumns } from './posts-columns.ts';
import type { Tables } from './tables.ts';
import { tagsExist } from './tags-exist.ts';

/** A table named `posts` is there and is something else. */
export class UnusablePostsTable extends Error {
  override readonly name = 'UnusablePostsTable';
}

/**
 * Version 1: makes the `posts` table, or adds to one that is there what tagging needs. Columns and values that are there
 * stay as they are; a status is filled in by whether tags exist, and posts without tags join the queue.
 */
export async function preparePostsTable(database: Database, nowMs: number): Promise<void> {
  const { db } = database;
  const existing = await postsColumns(database);
  if (existing) requireColumns(existing.keys());
  else await createTable(database);
  await addMissingColumns(database, new Set(existing?.keys() ?? BASE_COLUMNS));
  if (existing) await backfill(db, nowMs);

  // Creation relies on the id being unique, whatever made the table.
  if (existing)
    await db.schema.createIndex('posts_id_unique').ifNotExists().unique().on('posts').column('id').execute();
  await db.schema.createIndex('posts_by_user').ifNotExists().on('posts').columns(['user_id', 'id']).execute();
  await db.schema
    .createIndex('posts_due_for_tagging')
    .ifNotExists()
    .on('posts')
    .column('tagging_due_at')
    .where('tagging_due_at', 'is not', null)
    .execute();
}

const BASE_COLUMNS = ['id', 'user_id', 'text', 'tags', 'created_at'];
/** Without these there is nothing to tag. */
const REQUIRED_COLUMNS = ['id', 'user_id', 'text'];

function requireColumns(names: Iterable<string>): void {
  const present = new Set(names);
  const missing = REQUIRED_COLUMNS.filter((name) => !present.has(name));
  if (missing.length > 0) {
    throw new UnusablePostsTable(`the existing posts table has no column ${missing.join(', ')}`);
  }
}

async function createTable({ kind, db }: Database): Promise<void> {
  await db.schema
    .createTable('posts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('text', 'text')
    .addColumn('tags', 'text')
    .addColumn('created_at', timeType(kind), (column) => column.notNull().defaultTo(currentTime(kind)))
    .execute();
}

const timeType = (kind: Database['kind']) => (kind === 'postgres' ? 'timestamptz' : 'text');
const currentTime = (kind: Database['kind']): RawBuilder<unknown> =>
  kind === 'postgres' ? sql`now()` : sql`(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`;

async function addMissingColumns({ kind, db }: Database, present: ReadonlySet<string>): Promise<void> {
  const time = timeType(kind);
  const add = async (
    name: string,
    type: 'text' | 'integer' | 'bigint' | typeof time,
    initial?: string | number,
  ) => {
    if (present.has(name)) return;
    const table = db.schema.alterTable('posts');
    await table
      .addColumn(name, type, (column) => (initial === undefined ? column : column.defaultTo(initial)))
      .execute();
  };
  await add('tags', 'text');
  await add('created_at', time);
  await add('tagging_status', 'text', 'pending');
  await add('tagging_attempts', 'integer', 0);
  await add('last_tagging_attempt', time);
  await add('tagging_error', 'text');
  // Posts that another program inserts are due at once.
  await add('tagging_due_at', 'bigint', 0);
  await add('tagging_owner', 'text');
  await add('tagging_fence', 'integer', 0);
  await add('tagging_step', 'integer', 0);
  await add('tagging_interruptions', 'integer', 0);
}

async function backfill(db: Kysely<Tables>, nowMs: number): Promise<void> {
  await sql`
    update posts set
      tagging_attempts = coalesce(tagging_attempts, 0),
      tagging_status = case
        when tagging_status in ('success', 'failed', 'retrying', 'skipped') then tagging_status
        when ${tagsExist} then 'success'
        when text is null or trim(text) = '' then 'skipped'
        else 'pending'
      end`.execute(db);
  await sql`
    update posts
    set tagging_due_at = case when tagging_status in ('pending', 'retrying') then ${sql.lit(nowMs)} end`.execute(
    db,
  );
}

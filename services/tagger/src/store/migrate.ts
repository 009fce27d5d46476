import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import { preparePostsTable } from './prepare-posts-table.ts';
import type { Tables } from './tables.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Runs inside the transaction of all migrations. */
  up(database: Database, nowMs: number): Promise<void>;
}

/** In order; a released one is never edited. */
const MIGRATIONS: readonly Migration[] = [{ version: 1, name: 'posts with tagging', up: preparePostsTable }];

/** Any number that nothing else in the same database locks. */
const ADVISORY_LOCK = 4_004_2026;

/** The database was written by a later release than this one. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew';
}

/**
 * Brings the tables up to date: all missing migrations in one transaction that only one process runs at a time, so that it
 * can be started, killed and started again, anywhere and by several at once. Returns the versions it applied.
 */
export async function migrate(
  { kind, db }: Database,
  nowMs: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<number[]> {
  return db.connection().execute(async (connection) => {
    await (kind === 'sqlite' ? sql`begin immediate` : sql`begin`).execute(connection);
    try {
      if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(connection);
      const applied = await applyMissing({ kind, db: connection }, nowMs, migrations);
      await sql`commit`.execute(connection);
      return applied;
    } catch (error) {
      // The connection may be what failed; then the server rolls back by itself.
      await sql`rollback`.execute(connection).catch(() => {});
      throw error;
    }
  });
}

async function applyMissing(
  database: Database,
  nowMs: number,
  migrations: readonly Migration[],
): Promise<number[]> {
  const done = await appliedVersions(database.db);
  const latest = migrations.at(-1)?.version ?? 0;
  const newest = Math.max(0, ...done);
  if (newest > latest) {
    throw new DatabaseTooNew(`the database is at version ${newest}, this release knows ${latest}`);
  }
  const missing = migrations.filter(({ version }) => !done.has(version));
  for (const { version, name, up } of missing) {
    await up(database, nowMs);
    const applied_at = new Date(nowMs).toISOString();
    await database.db.insertInto('holdfast_migrations').values({ version, name, applied_at }).execute();
  }
  return missing.map(({ version }) => version);
}

async function appliedVersions(db: Kysely<Tables>): Promise<Set<number>> {
  await db.schema
    .createTable('holdfast_migrations')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'text', (column) => column.notNull())
    .execute();
  const rows = await db.selectFrom('holdfast_migrations').select('version').execute();
  return new Set(rows.map(({ version }) => version));
}

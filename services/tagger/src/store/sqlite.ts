import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely';
import type { Tables } from './tables.ts';

/**
 * How long a statement waits for another process's lock. SQLite is synchronous: all of this process stands still
 * meanwhile, so a lock that lasts is met by trying again later instead.
 */
const BUSY_TIMEOUT_MS = 50;

/** Opens a file, or `:memory:`. A missing file is made, with its folder, readable by its owner only. */
export function openSqlite(path: string): Kysely<Tables> {
  const isNew = path !== ':memory:' && !existsSync(path);
  if (isNew) mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    if (isNew) chmodSync(path, 0o600);
    // WAL with NORMAL survives the death of the process at any moment; only a power cut may lose the last commits.
    database.exec('pragma journal_mode = wal; pragma synchronous = normal;');
  } catch (error) {
    database.close();
    throw error;
  }
  return new Kysely({ dialect: new SqliteDialect({ database: asKyselyDatabase(database) }) });
}

const NOTHING = 'select 1 where false';

/**
 * Kysely speaks better-sqlite3; node:sqlite takes parameters one by one and has no `reader`. SQLite ends a transaction by
 * itself when the disk is full (sqlite.org/lang_transaction.html); the rollback that follows must not hide that error.
 */
function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text) {
      const sql = text === 'rollback' && !database.isTransaction ? NOTHING : text;
      const statement = database.prepare(sql);
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}

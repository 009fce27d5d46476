import type { Kysely } from 'kysely';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { Tables } from './tables.ts';

export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  readonly db: Kysely<Tables>;
}

/** Opens `sqlite:PATH` (also `sqlite::memory:`) or `postgres://...`. PostgreSQL connects with the first query. */
export function openDatabase(url: string, connections: number): Database {
  if (/^postgres(ql)?:\/\//.test(url)) return { kind: 'postgres', db: openPostgres(url, { connections }) };
  return { kind: 'sqlite', db: openSqlite(sqlitePath(url)) };
}

/** Throws when `url` is neither kind of database. */
export function checkDatabaseUrl(url: string): void {
  if (!/^(?:sqlite:.|postgres(?:ql)?:\/\/.)/.test(url)) {
    throw new Error('database.url must be sqlite:PATH or postgres://...');
  }
}

/** `sqlite:./a.db`, `sqlite:/a.db` and `sqlite:///a.db`, the last two being the same. */
const sqlitePath = (url: string): string => url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');

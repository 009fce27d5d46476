import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Columns of the `posts` table with the types as the database names them, lower-case; null when there is no such table. */
export async function postsColumns({ kind, db }: Database): Promise<ReadonlyMap<string, string> | null> {
  const { rows } = await (kind === 'postgres'
    ? sql<Column>`
        select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
        where attrelid = to_regclass('posts') and attnum > 0 and not attisdropped`
    : sql<Column>`select name, type from pragma_table_info('posts')`
  ).execute(db);
  return rows.length === 0 ? null : new Map(rows.map(({ name, type }) => [name, type.toLowerCase()]));
}

interface Column {
  name: string;
  type: string;
}

/** What of an existing table's types matters when writing to it. */
export interface PostsShape {
  /** `numbered`: the table numbers its rows, so a post without an id gets one there. */
  readonly ids: 'text' | 'uuid' | 'numbered';
  readonly tags: 'json' | 'array';
}

export async function postsShape(database: Database): Promise<PostsShape> {
  const columns = await postsColumns(database);
  const id = columns?.get('id') ?? 'text';
  return {
    ids: /int|serial|numeric/.test(id) ? 'numbered' : id === 'uuid' ? 'uuid' : 'text',
    tags: columns?.get('tags')?.endsWith('[]') ? 'array' : 'json',
  };
}

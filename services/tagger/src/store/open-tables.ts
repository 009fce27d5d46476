import { type Database, openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { createPosts, type Posts } from './posts.ts';
import { type PostsShape, postsShape } from './posts-columns.ts';
import { createQueue, type Queue } from './queue.ts';
import { createRequeue, type Requeue } from './requeue.ts';

export interface OpenTables {
  readonly posts: Posts;
  readonly queue: Queue;
  readonly requeue: Requeue;
  /** What the table expects of ids. */
  readonly ids: PostsShape['ids'];
  /** The migrations that this opening applied. */
  readonly migrated: readonly number[];
  close(): Promise<void>;
}

/** Opens a database and brings it up to date. Rejects with the driver's error. */
export async function openTables(url: string, connections: number, nowMs: number): Promise<OpenTables> {
  const database = openDatabase(url, connections);
  try {
    const migrated = await (database.kind === 'postgres'
      ? migratePatiently(url, nowMs)
      : migrate(database, nowMs));
    const shape = await postsShape(database);
    return {
      posts: createPosts(database, shape),
      queue: createQueue(database, shape),
      requeue: createRequeue(database),
      ids: shape.ids,
      migrated,
      close: () => database.db.destroy(),
    };
  } catch (error) {
    await database.db.destroy();
    throw error;
  }
}

/** On a connection of its own, without the time limits of everyday queries: a large table takes its time. */
async function migratePatiently(url: string, nowMs: number): Promise<number[]> {
  const database: Database = {
    kind: 'postgres',
    db: openPostgres(url, { connections: 1, queryTimeoutMs: 0 }),
  };
  try {
    return await migrate(database, nowMs);
  } finally {
    await database.db.destroy();
  }
}

import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { isOutage } from '../src/store/database-error.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { type PostgresServer, postgresProgram, query, startPostgres } from '../testing/postgres-server.ts';
import { until } from '../testing/start-tagger.ts';
import { describePosts } from './posts-suite.ts';
import { describeQueue } from './queue-suite.ts';
import { describeUpgrade } from './upgrade-suite.ts';

describeWithServer(postgresProgram, 'against a real PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  describePosts('PostgreSQL', () => server.createDatabase());
  describeQueue('PostgreSQL', () => server.createDatabase());
  describeUpgrade('PostgreSQL', {
    async prepare(statements) {
      const url = await server.createDatabase();
      for (const sql of statements) await query(url, sql);
      return url;
    },
    variants: [
      {
        name: 'numbered rows',
        id: 'serial primary key',
        user: 'integer',
        tags: 'jsonb',
        time: 'timestamptz default now()',
        numbered: true,
      },
      {
        name: 'text ids',
        id: 'text primary key',
        user: 'text',
        tags: 'text',
        time: 'timestamp',
        numbered: false,
      },
      {
        name: 'UUIDs and arrays',
        id: 'uuid primary key',
        user: 'text',
        tags: 'text[]',
        time: 'timestamptz not null default now()',
        numbered: false,
      },
    ],
    tagsLiteral: (tags, type) =>
      type === 'text[]'
        ? `array[${tags.map((tag) => `'${tag}'`).join(',')}]::text[]`
        : `'${JSON.stringify(tags)}'`,
  });

  test('a connection that is cut in mid-transaction fails that transaction only', async () => {
    const url = await server.createDatabase();
    const db = openPostgres(url, { connections: 1 });
    const broken = db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
      await query(url, 'select pg_terminate_backend($1)', [rows[0]?.pid]);
      await until(
        async () =>
          (await query(url, 'select 1 from pg_stat_activity where pid = $1', [rows[0]?.pid])).length === 0,
      );
      await sql`select 1`.execute(transaction);
    });
    const error = await broken.catch((caught: unknown) => caught);
    expect(isOutage(error)).toBe(true);
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    await db.destroy();
  });
});

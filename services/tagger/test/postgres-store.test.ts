import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, beforeAll } from '@jest/globals';
import { type PostgresServer, postgresProgram, query, startPostgres } from '../testing/postgres-server.ts';
import { describeStore } from './store-suite.ts';
import { describeUpgrade } from './upgrade-suite.ts';

describeWithServer(postgresProgram, 'against a real PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  describeStore('PostgreSQL', () => server.createDatabase());
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
});

import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, beforeAll } from '@jest/globals';
import { type PostgresServer, postgresProgram, startPostgres } from '../testing/postgres-server.ts';
import { describeApiInput } from './api-input-suite.ts';
import { describeApi } from './api-suite.ts';
import { describeLine } from './line-suite.ts';
import { describeTagging } from './tagging-suite.ts';

describeWithServer(postgresProgram, 'against a real PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  describeApi('PostgreSQL', () => server.createDatabase());
  describeApiInput('PostgreSQL', () => server.createDatabase());
  describeTagging('PostgreSQL', () => server.createDatabase());
  describeLine('PostgreSQL', () => server.createDatabase());
});

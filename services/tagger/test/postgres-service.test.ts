import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, beforeAll } from '@jest/globals';
import { type PostgresServer, postgresProgram, startPostgres } from '../testing/postgres-server.ts';
import { describeApi } from './api-suite.ts';
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
  describeTagging('PostgreSQL', () => server.createDatabase());
});

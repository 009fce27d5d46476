import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { type DrillDatabase, runCrashDrill, UNRELIABLE } from '../testing/crash-drill.ts';
import { postgresDrill, sqliteDrill } from '../testing/drill-databases.ts';
import { postgresProgram, startPostgres } from '../testing/postgres-server.ts';
import { spawnTagger } from '../testing/spawn-tagger.ts';

const POSTS = 150;
const WITHIN_MS = 120_000;

async function drill(databaseUrl: string, database: DrillDatabase) {
  await using simulator = await startSimulator();
  simulator.behave('gateway', UNRELIABLE);
  const gatewayUrl = `${simulator.url}/gateway`;
  const result = await runCrashDrill({
    start: () => spawnTagger({ databaseUrl, gatewayUrl, tagging: { retryDelayMs: 20 } }),
    database,
    posts: POSTS,
    withinMs: WITHIN_MS,
  });
  expect(result.byStatus).toEqual({ success: POSTS - 3, skipped: 3 });
  expect(result.byWrites).toEqual({ 1: POSTS - 3 });
  expect(result.inconsistent).toBe(0);
  expect(Object.keys(result.byAttempts).every((attempts) => Number(attempts) <= 5)).toBe(true);
}

const tagged = 'every post is tagged, once, through two kill -9 of the tagger and the loss of the database';

describe('SQLite', () => {
  test(tagged, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
    try {
      await drill(`sqlite:${folder}/posts.db`, sqliteDrill(`${folder}/posts.db`));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 180_000);
});

describeWithServer(postgresProgram, 'PostgreSQL', () => {
  test(tagged, async () => {
    await using server = await startPostgres();
    const url = await server.createDatabase();
    await drill(url, postgresDrill(server, url));
  }, 180_000);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { type DrillDatabase, runCrashDrill, UNRELIABLE } from '@holdfast/tagger/testing/crash-drill';
import { postgresDrill, sqliteDrill } from '@holdfast/tagger/testing/drill-databases';
import { postgresProgram, startPostgres } from '@holdfast/tagger/testing/postgres-server';
import { spawnTagger } from '@holdfast/tagger/testing/spawn-tagger';
import { describe, expect, test } from '@jest/globals';
import { PROVIDER, startGatewayBeforeProvider } from '../support/gateway-before-provider.ts';

/** The whole of it is HOLDFAST_E2E_POSTS=2000, which also prints its figures. */
const POSTS = Number(process.env.HOLDFAST_E2E_POSTS ?? 200);
const SHOW_FIGURES = process.env.HOLDFAST_E2E_POSTS !== undefined;
const TEXTLESS = Math.ceil((POSTS - 7) / 50);
const WITHIN_MS = 60_000 + POSTS * 1000;

async function drill(name: string, databaseUrl: string, database: DrillDatabase) {
  await using before = await startGatewayBeforeProvider();
  before.simulator.behave(PROVIDER, UNRELIABLE);
  const tagging = { model: 'main', fallbackModels: ['second', 'third'], retryDelayMs: 100 };
  const result = await runCrashDrill({
    start: () => spawnTagger({ databaseUrl, gatewayUrl: before.gateway.url, tagging }),
    database,
    posts: POSTS,
    withinMs: WITHIN_MS,
  });
  const { requests, byStatus } = before.simulator.counts()[PROVIDER]!;
  const figures = { posts: POSTS, ...result, providerRequests: requests, byHttpStatus: byStatus };
  if (SHOW_FIGURES) console.log(`${name}: ${JSON.stringify(figures)}`);
  expect(result.byStatus).toEqual({ success: POSTS - TEXTLESS, skipped: TEXTLESS });
  expect(result.byWrites).toEqual({ 1: POSTS - TEXTLESS });
  expect(result.inconsistent).toBe(0);
  // Textless posts are never attempted, all others at least once and never more than allowed.
  const { 0: unattempted, ...attempted } = result.byAttempts;
  expect(unattempted).toBe(TEXTLESS);
  for (const attempts of Object.keys(attempted)) expect(Number(attempts)).toBeLessThanOrEqual(5);
}

const tagged =
  'posts through a provider that fails 45 % of the time are all tagged once, through two kill -9 of the tagger and the loss of the database';

describe('SQLite', () => {
  test(
    tagged,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-tagging-'));
      try {
        await drill('SQLite', `sqlite:${folder}/posts.db`, sqliteDrill(`${folder}/posts.db`));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    WITHIN_MS,
  );
});

describeWithServer(postgresProgram, 'PostgreSQL', () => {
  test(
    tagged,
    async () => {
      await using server = await startPostgres();
      const url = await server.createDatabase();
      await drill('PostgreSQL', url, postgresDrill(server, url));
    },
    WITHIN_MS,
  );
});

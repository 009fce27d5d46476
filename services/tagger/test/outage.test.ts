import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PostgresServer, postgresProgram, startPostgres } from '../testing/postgres-server.ts';
import { fileLimitProgram, spawnTagger } from '../testing/spawn-tagger.ts';
import { apiAt, startTagger, until } from '../testing/start-tagger.ts';
import { testConfig } from '../testing/test-config.ts';
import { describeOutage } from './outage-suite.ts';

describe('SQLite', () => {
  const folder = mkdtempSync(`${tmpdir()}/holdfast-outage-`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const holders = new Map<string, DatabaseSync>();
  let files = 0;

  describeOutage({
    name: 'another process holds the lock of the file',
    freshUrl: async () => `sqlite:${folder}/posts-${++files}.db`,
    begin: async (url) => {
      const holder = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 5000 });
      holder.exec('begin immediate');
      holders.set(url, holder);
    },
    end: async (url) => holders.get(url)?.close(),
  });
});

describeWithServer(fileLimitProgram, 'SQLite on a full disk', () => {
  const folder = mkdtempSync(`${tmpdir()}/holdfast-full-`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('stops neither the process nor, once there is room, any post; each is asked for once', async () => {
    await using simulator = await startSimulator();
    simulator.behave('gateway', { latencyMs: 20 });
    const file = `${folder}/full.db`;
    const config = { databaseUrl: `sqlite:${file}`, gatewayUrl: `${simulator.url}/gateway` };
    await using tagger = await spawnTagger(config, { fileLimitKib: 2048 });
    const api = apiAt(tagger.url);
    const accepted: string[] = [];
    const text = 'harbour '.repeat(500);
    const full = await until(async () => {
      const id = `post-${accepted.length}`;
      const answer = await api('POST', '/users/u/posts', { id, text });
      if (answer.status === 201) accepted.push(id);
      return answer.status !== 201 && answer;
    });
    expect(full).toMatchObject({ status: 503, body: { error: { code: 'database_unavailable' } } });
    expect(accepted.length).toBeGreaterThan(10);
    expect(await api('GET', '/healthz')).toMatchObject({ status: 200 });
    tagger.liftFileLimit();
    await until(
      async () =>
        (await api('GET', '/users/u/posts/tagging_stats')).body.stats_by_status?.success >= accepted.length,
      60_000,
    );
    const asked = simulator.requests('gateway').length;
    const { body } = await api('GET', '/users/u/posts/tagging_stats');
    expect(asked).toBe(body.total_posts);
  }, 120_000);
});

describeWithServer(postgresProgram, 'PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  describeOutage({
    name: 'the server is killed',
    freshUrl: () => server.createDatabase(),
    begin: () => server.kill(),
    end: () => server.start(),
  });

  describeOutage({
    name: 'the server hangs',
    freshUrl: () => server.createDatabase(),
    begin: async () => server.signalAll('SIGSTOP'),
    end: async () => server.signalAll('SIGCONT'),
  });

  test('a tagger that starts before its database waits for it', async () => {
    const url = await server.createDatabase();
    await server.kill();
    await using running = await startTagger(
      testConfig({ databaseUrl: url, gatewayUrl: 'http://127.0.0.1:9', tagging: { model: null } }),
    );
    expect(await running.api('GET', '/readyz')).toMatchObject({ status: 503 });
    expect(await running.api('GET', '/users/u/posts')).toMatchObject({ status: 503 });
    await server.start();
    await until(async () => (await running.api('GET', '/users/u/posts')).status === 200, 30_000);
    expect(await running.api('GET', '/readyz')).toMatchObject({ status: 200 });
  }, 120_000);
});

test('a database URL that is none is refused at the start', async () => {
  for (const databaseUrl of ['mysql://localhost/x', 'posts.db', 'sqlite:', '']) {
    await expect(startTagger(testConfig({ databaseUrl, gatewayUrl: 'http://127.0.0.1:9' }))).rejects.toThrow(
      'database.url must be',
    );
  }
});

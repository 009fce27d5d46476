import { createServer } from 'node:http';
import { listen } from '@holdfast/runtime/listen';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { createInProcessState } from '@holdfast/state/in-process-state';
import type { SharedState } from '@holdfast/state/shared-state';
import { expect, test } from '@jest/globals';
import { type ConfigFile, chat, startGateway, type TestGateway } from './start-gateway.ts';

/** A tagger as far as its `/readyz` goes. */
async function startTagger(database: 'ok' | 'down' | 'silent') {
  let asked = 0;
  const tagger = await listen(
    (_request, response) => {
      asked++;
      if (database === 'silent') return;
      response.writeHead(database === 'ok' ? 200 : 503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: 'whatever', checks: { database } }));
    },
    { host: '127.0.0.1', port: 0 },
  );
  return { url: tagger.url, asked: () => asked, [Symbol.asyncDispose]: () => tagger.close() };
}

async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const config = (upstream: string, tagger: string, more: ConfigFile = {}): ConfigFile => ({
  clusters: { main: { endpoints: [{ name: 'primary', base_url: upstream, api_key: 'sk-primary-c4n4ry' }] } },
  services: { tagger: { url: tagger } },
  breaker: { max_failures: 1 },
  retry: { max_attempts: 1 },
  ...more,
});

const health = async (gateway: TestGateway) => {
  const response = await fetch(`${gateway.url}/api/health`);
  expect(response.status).toBe(200);
  return response.json() as Promise<Record<string, unknown>>;
};

const redis = (up: boolean): SharedState => ({ ...createInProcessState(), kind: 'redis', up });

test('everything works: nothing else is in it, and no key is asked for', async () => {
  await using simulator = await startSimulator();
  await using tagger = await startTagger('ok');
  await using gateway = await startGateway(
    config(simulator.baseUrl('primary'), tagger.url, {
      server: { client_keys: ['k'.repeat(32)], admin_keys: ['a'.repeat(32)] },
    }),
  );
  expect(await health(gateway)).toEqual({
    status: 'ok',
    database: 'ok',
    redis: 'embedded',
    clusters: [{ name: 'main', state: 'ok' }],
  });
});

test('the tagger is asked once in a while, however many ask', async () => {
  await using tagger = await startTagger('ok');
  await using gateway = await startGateway(config('http://127.0.0.1:9', tagger.url));
  await Promise.all(Array.from({ length: 50 }, () => health(gateway)));
  expect(tagger.asked()).toBe(1);
});

test.each(['down', 'silent'] as const)('a database that is %s degrades', async (database) => {
  await using tagger = await startTagger(database);
  await using gateway = await startGateway(config('http://127.0.0.1:9', tagger.url));
  expect(await health(gateway)).toMatchObject({ status: 'degraded', database: 'down' });
});

test('so does a tagger that is away', async () => {
  await using gateway = await startGateway(config('http://127.0.0.1:9', await closedPort()));
  expect(await health(gateway)).toMatchObject({ status: 'degraded', database: 'down' });
});

test('Redis is told apart from the embedded store', async () => {
  await using tagger = await startTagger('ok');
  for (const [up, told, status] of [
    [true, 'ok', 'ok'],
    [false, 'down', 'degraded'],
  ] as const) {
    await using gateway = await startGateway(config('http://127.0.0.1:9', tagger.url), { state: redis(up) });
    expect(await health(gateway)).toMatchObject({ redis: told, status });
  }
});

test('a cluster without an endpoint in rotation is down', async () => {
  await using simulator = await startSimulator();
  await using tagger = await startTagger('ok');
  await using gateway = await startGateway(config(simulator.baseUrl('primary'), tagger.url));
  simulator.behave('primary', { status: 502 });
  await gateway.post('/v1/chat/completions', chat());
  expect(await health(gateway)).toMatchObject({
    status: 'degraded',
    clusters: [{ name: 'main', state: 'down' }],
  });
});

import { expect, test } from '@jest/globals';
import { chat, startGateway } from '../start-gateway.ts';
import { cached, got } from './caching.ts';
import { startGatedProvider } from './gated-provider.ts';

/** Requests of each of the two tenants; 10 000 is the size of goal G18. */
const REQUESTS = Number(process.env.HOLDFAST_TENANT_REQUESTS ?? 1000);
const SHOW_FIGURES = process.env.HOLDFAST_TENANT_REQUESTS !== undefined;
const QUESTIONS = 40;
const AT_ONCE = 50;

/** Answers everybody with the name they gave (as `user-agent`, which travels and is in no key). */
async function startNamingProvider() {
  const provider = await startGatedProvider((call, { headers }) => ({
    text: `For ${headers['user-agent']}, number ${call}.`,
  }));
  provider.release();
  return provider;
}

test(`G18: two tenants ask the same ${REQUESTS} times each, at once, cached and coalesced: nobody gets a byte of the other's`, async () => {
  await using provider = await startNamingProvider();
  const tenants = ['canary-anna', 'canary-bert'].map((name) => ({ name, key: `${name}-${'k'.repeat(32)}` }));
  const config = {
    server: { client_keys: tenants },
    clusters: { main: { endpoints: [{ name: 'only', base_url: provider.url }] } },
    routes: [{ model: '*', cluster: 'main' }],
    // Room for three in four: some are found, some are asked for again.
    cache: { enabled: true, max_entries: 1.5 * QUESTIONS },
  };
  // Clients, provider and gateway share this process: its being busy says nothing about the gateway.
  const pressure = { read: () => ({ loopDelayMs: 0, heapShare: 0 }), stop() {} };
  await using gateway = await startGateway(config, { pressure });
  const seen: Record<string, number> = {};
  let wrong = 0;
  const ask = async (n: number) => {
    const tenant = tenants[n % 2]!;
    const other = tenants[(n + 1) % 2]!;
    // Scattered, and for both at the same time the same.
    const question = (Math.imul(Math.floor(n / 2), 0x9e3779b1) >>> 16) % QUESTIONS;
    const body = chat('gpt-4o', { seed: question, ...(question % 3 === 0 ? { stream: true } : {}) });
    const headers = { authorization: `Bearer ${tenant.key}`, 'user-agent': tenant.name };
    const answer = await got(await gateway.post('/v1/chat/completions', body, headers));
    const told = JSON.stringify([answer.text, ...answer.headers]);
    if (answer.status !== 200 || !told.includes(tenant.name) || told.includes(other.name)) wrong++;
    seen[answer.cache!] = (seen[answer.cache!] ?? 0) + 1;
  };
  let next = 0;
  const line = async () => {
    while (next < 2 * REQUESTS) await ask(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  expect(wrong).toBe(0);
  expect(seen.miss).toBe(provider.calls());
  const coalesced = (await gateway.metric(cached('coalesced')))!;
  expect(coalesced).toBeGreaterThan(0);
  expect(seen.hit! - coalesced).toBeGreaterThan(0);
  if (SHOW_FIGURES)
    process.stdout.write(`${JSON.stringify({ requests: 2 * REQUESTS, wrong, ...seen, coalesced })}\n`);
}, 600_000);

test('without client keys there is one tenant, and a key that nobody asked for makes none', async () => {
  await using provider = await startNamingProvider();
  await using gateway = await startGateway({
    clusters: { main: { endpoints: [{ name: 'only', base_url: provider.url }] } },
    routes: [{ model: '*', cluster: 'main' }],
    cache: { enabled: true },
  });
  const first = await got(await gateway.post('/v1/chat/completions', chat(), { authorization: 'Bearer a' }));
  const second = await got(await gateway.post('/v1/chat/completions', chat(), { authorization: 'Bearer b' }));
  expect([first.cache, second.cache, provider.calls()]).toEqual(['miss', 'hit', 1]);
});

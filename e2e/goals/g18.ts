import { startRedis } from '@holdfast/state/testing/redis-server';
import { openHttpClient, type Reply } from '../support/http-client.ts';
import { runLoad } from '../support/load.ts';
import { startNamingProvider } from '../support/naming-provider.ts';
import { startGateway } from '../support/start-service.ts';
import { atLeast, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 100;
const EACH = 10_000;
const QUESTIONS = 300;
const SLOWEST_MS = 200;
const TENANTS = ['c4n4ry-anna', 'c4n4ry-bert'];

/** Two tenants ask the same questions at the same time, of two replicas with one store: each gets what was made for it. */
export const g18: Goal = {
  id: 'g18',
  title: 'two tenants, one cache: nobody gets a byte of the other’s',
  needsRedis: true,
  async run({ share, seed }) {
    await using redis = await startRedis();
    await using provider = await startNamingProvider(SLOWEST_MS);
    const config = {
      state: { redis_url: redis.url },
      server: { client_keys: TENANTS.map((name) => ({ name, key: keyOf(name) })) },
      // Room for some of the answers only: others are found in the store, or asked for again.
      cache: { enabled: true, max_entries: QUESTIONS, ttl: '20s' },
      clusters: {
        main: { protocol: 'openai', endpoints: [{ name: 'only', base_url: provider.baseUrl }] },
      },
      routes: [{ model: '*', cluster: 'main' }],
    };
    await using one = await startGateway(config);
    await using two = await startGateway(config);
    const urls = [one, two].map(({ url }) => `${url}/v1/chat/completions`);
    await using client = openHttpClient();
    const caches: Record<string, number> = {};
    const load = await runLoad({
      rate: RATE,
      count: scaled(2 * EACH, share),
      async send(n) {
        const name = TENANTS[n % 2]!;
        // Four of each tenant in a row ask the same.
        const question = (Math.imul(Math.floor(n / 8) + seed, 0x9e3779b1) >>> 16) % QUESTIONS;
        const reply = await client.post(
          urls[question % 5 === 0 ? n % 2 : question % 2]!,
          {
            model: 'gpt-4o',
            messages: [{ role: 'user', content: `Question ${question}` }],
            stream: question % 3 === 0,
          },
          { headers: { authorization: `Bearer ${keyOf(name)}`, 'user-agent': name } },
        );
        const cache = reply.headers['x-holdfast-cache'] ?? 'none';
        caches[cache] = (caches[cache] ?? 0) + 1;
        return reply;
      },
      judge: (reply, n) => judge(reply, TENANTS[n % 2]!, TENANTS[(n + 1) % 2]!),
    });
    const coalesced = await Promise.all(
      [one, two].map(async (gateway) =>
        (await gateway.metrics()).sum('holdfast_cache_requests_total', { result: 'coalesced' }),
      ),
    );
    return [
      told('requests', load.total),
      exactly('answers with bytes of the other tenant, or without their own', load.problemCount, 0, {
        detail: [JSON.stringify(load.problems), ...load.examples],
      }),
      told('answers by cache', JSON.stringify(caches)),
      atLeast('answers from the cache', caches.hit ?? 0, 1),
      atLeast('of those, shared with an equal request under way', coalesced[0]! + coalesced[1]!, 1),
      exactly(
        'calls of the provider beyond those that no cache could save',
        provider.calls() - (caches.miss ?? 0),
        0,
      ),
    ];
  },
};

const keyOf = (name: string): string => `${name}-${'k'.repeat(32)}`;

function judge({ status, broken, text, headers }: Reply, own: string, other: string): string | null {
  if (status !== 200) return `status ${status}`;
  if (broken !== null) return `broken: ${broken}`;
  if (!text.includes(own)) return 'not its own answer';
  return text.includes(other) || JSON.stringify(headers).includes(other) ? 'the other’s answer' : null;
}

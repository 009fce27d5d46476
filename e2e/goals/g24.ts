import { startSimulator } from '@holdfast/simulator/start-simulator';
import { freePort, startRedis } from '@holdfast/state/testing/redis-server';
import { chatRequest, chatText, requestName } from '../support/chat.ts';
import { openHttpClient, type Reply } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { startGateway, startService } from '../support/start-service.ts';
import { pause } from '../support/until.ts';
import { atMost, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 50;
const FULL_S = 300;
const ANSWER_MS = 300;
/** By then one replica's finding is the other's too. */
const SHARED_MS = 1000;
const TEXT = 'The assistant is away for a moment.';
const TOKENS = ['one', 'two', 'three', 'four'];

/** All endpoints down, all tokens dead, for minutes: everybody gets the canned answer, and the providers get peace. */
export const g24: Goal = {
  id: 'g24',
  title: 'everything is down: the canned answer, at once, marked as such',
  needsRedis: true,
  async run({ share, note }) {
    const seconds = share < 1 ? scaled(FULL_S, share / 2, 12) : FULL_S;
    const intervalS = share < 1 ? 5 : 60;
    await using redis = await startRedis();
    await using simulator = await startSimulator({ maxRecords: 100_000 });
    simulator.behave('pooled', { fault: 'invalid_key' });
    simulator.behave('broken', { fault: 'server_503' });
    const [checkerPort, otherCheckerPort, rotatorPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const config = (port: number) => ({
      state: { redis_url: redis.url },
      services: { health_checker: { port }, token_rotator: { port: rotatorPort } },
      health: { failure_queue_interval: `${intervalS}s`, timeout: '2s' },
      fallback: { mode: 'canned', texts: [TEXT] },
      token_pools: { pool: { tokens: TOKENS.map((name) => ({ name, value: `sk-${name}`, account: name })) } },
      clusters: {
        main: {
          protocol: 'openai',
          endpoints: [
            { name: 'pooled', base_url: simulator.baseUrl('pooled'), token_pool: 'pool' },
            { name: 'broken', base_url: simulator.baseUrl('broken'), api_key: 'sk-own', priority: 2 },
            {
              name: 'gone',
              base_url: `http://127.0.0.1:${otherCheckerPort}/nobody/v1`,
              api_key: 'sk-own',
              priority: 3,
            },
          ],
        },
      },
      routes: [{ model: '*', cluster: 'main' }],
    });
    await using stack = new AsyncDisposableStack();
    const started = performance.now();
    stack.use(await startService('health-checker', config(checkerPort), checkerPort));
    stack.use(await startService('token-rotator', config(checkerPort), rotatorPort));
    const gateways = [
      stack.use(await startGateway(config(checkerPort))),
      stack.use(await startGateway(config(checkerPort))),
    ];
    // Two of them run: one probes.
    const secondPort = await freePort();
    stack.use(await startService('health-checker', config(secondPort), secondPort));
    const client = stack.use(openHttpClient());

    note(`${seconds} s without any provider`);
    const load = startLoad({
      rate: RATE,
      send: (n) =>
        client.post(`${gateways[n % 2]!.url}/v1/chat/completions`, chatRequest('gpt-4o', requestName(n))),
      judge: canned,
    });
    await pause(seconds * 1000);
    const result = await load.stop();
    const elapsedS = (performance.now() - started) / 1000;
    const probes = (name: string) =>
      simulator.requests(name).filter(({ body }) => !body.includes('<request ')).length;
    // One at the start, then one per interval; a validation of each token by the rotator is no probe of the endpoint.
    const allowed = Math.ceil(elapsedS / intervalS) + 1;
    const dead = TOKENS.flatMap((name) => {
      const calls = simulator
        .requests('pooled')
        .filter(({ token, body }) => token === `sk-${name}` && body.includes('<request '));
      const toldAt = Math.min(...calls.map(({ finishedAt }) => finishedAt ?? Number.POSITIVE_INFINITY));
      return calls.filter(({ at }) => at > toldAt + SHARED_MS);
    });
    return [
      told('seconds', seconds),
      told('requests', result.total),
      exactly('answers other than the canned one', result.problemCount, 0, {
        detail: [JSON.stringify(result.problems), ...result.examples],
      }),
      atMost('p99 ms', result.p99, ANSWER_MS, { timing: true }),
      told('p50 ms', result.p50),
      atMost(`probes of the broken endpoint, one per ${intervalS} s`, probes('broken'), allowed),
      told('calls and probes of the pooled endpoint that were no client’s', probes('pooled')),
      exactly('calls with a token a second after it was refused', dead.length, 0),
    ];
  },
};

function canned(reply: Reply): string | null {
  if (reply.status !== 200) return `status ${reply.status}`;
  if (reply.headers['x-holdfast-fallback'] !== 'canned')
    return `fallback ${reply.headers['x-holdfast-fallback']}`;
  return chatText(reply) === TEXT ? null : 'another text';
}

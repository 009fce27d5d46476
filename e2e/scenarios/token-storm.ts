import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { freePort, startRedis } from '@holdfast/state/testing/redis-server';
import { atLeast, atMost, exactly, told } from '../goals/goal.ts';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { openHttpClient } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { fetchMetrics } from '../support/metrics.ts';
import { startGateway, startService } from '../support/start-service.ts';
import { makeTempDirectory } from '../support/temp-directory.ts';
import { pause } from '../support/until.ts';
import { countBenches } from './count-benches.ts';
import { measurePace } from './pace.ts';
import type { Scenario } from './scenario.ts';
import { contractShape, readStats } from './stats-shape.ts';
import { stormConfig } from './storm-config.ts';
import { createTestPool, type Trouble, troubled } from './token-pool.ts';

const RATE = 50;
const FULL_S = 120;
const SCALED_S = 10;
const SAMPLE_EVERY_MS = 250;
const REPLICAS = ['one', 'two'];
const DEAD = ['first-1', 'second-1'];
const LIMITED = ['first-2', 'first-3'];

/** Two replicas and one rotator over ten tokens that fail in every way that tokens do. */
export const tokenStorm: Scenario = {
  name: 'token-storm',
  title: 'ten tokens of three accounts: dead keys, no money, used up quotas and rate limits at 50 rps',
  async run({ full, note }) {
    const step = (((full ? FULL_S : SCALED_S) / 10) * 1000) | 0;
    const pool = createTestPool();
    await using stack = new AsyncDisposableStack();
    const directory = makeTempDirectory();
    stack.defer(() => directory[Symbol.dispose]());
    const redis = stack.use(await startRedis({ args: ['--dir', directory.path, '--rdbcompression', 'no'] }));
    const dump = async () => {
      await redis.command('SAVE');
      return readFileSync(path.join(directory.path, 'dump.rdb'), 'latin1');
    };
    const simulator = stack.use(await startSimulator({ maxRecords: 100_000 }));
    const rotatorPort = await freePort();
    const config = (replica: string, more: object = {}) =>
      stormConfig({ pool, replica, rotatorPort, redisUrl: redis.url, simulator, more });
    const env = { HOLDFAST_LOG_LEVEL: 'debug' };
    const startRotator = () => startService('token-rotator', config('rotator'), rotatorPort);
    let rotator = stack.use(await startRotator());
    const gateways = [];
    for (const name of REPLICAS) gateways.push(stack.use(await startGateway(config(name), { env })));
    const urls = gateways.map(({ url }) => `${url}/v1/chat/completions`);
    const client = stack.use(openHttpClient());

    const available: number[] = [];
    const sampling = setInterval(() => {
      fetchMetrics(rotator.url).then(
        (metrics) => available.push(metrics.sum('holdfast_token_pool_tokens', { state: 'available' })),
        () => {}, // it is being killed
      );
    }, SAMPLE_EVERY_MS);
    stack.defer(() => clearInterval(sampling));

    const load = startLoad({
      rate: RATE,
      send: (n) => client.post(urls[n % 2]!, chatRequest(n % 3 === 0 ? 'small' : 'big', requestName(n))),
      judge: judgeEcho,
    });
    const scene = async (what: string, trouble: Trouble) => {
      note(what);
      simulator.behave('pooled', troubled(pool, trouble));
      await pause(step);
    };
    await scene('all is well', {});
    await scene('two keys are dead', { dead: DEAD });
    await scene('an account has no money', { dead: DEAD, money: true });
    const dumps = [await dump()];
    note('the rotator is killed');
    await rotator.kill();
    await scene("an account has used up its day's quota", { dead: DEAD, money: true, quota: true });
    note('Redis is killed');
    await redis.kill();
    await scene('all but one token of the last account are limited', {
      dead: DEAD,
      money: true,
      quota: true,
      limited: LIMITED,
    });
    await pause(step);
    note('Redis is back, empty; then the rotator');
    await redis.restart();
    await pause(step);
    const firstLog = rotator.output();
    rotator = stack.use(await startRotator());
    await pause(step);
    await scene('the limits are over', { dead: DEAD, money: true, quota: true });
    await pause(step);
    const result = await load.stop();
    clearInterval(sampling);

    dumps.push(await dump());
    const benches = countBenches(simulator.requests('pooled').filter(isChat), pool);
    const stats = await readStats(gateways[0]!.url);
    const pages = await Promise.all(
      [gateways[0]!.adminUrl, gateways[1]!.adminUrl, rotator.url].flatMap((url) =>
        ['/metrics', '/', '/admin/status', '/readyz'].map(
          async (page) => (await client.get(url + page)).text,
        ),
      ),
    );
    const blocked = stats.tokens.filter(({ blocked }) => blocked).map(({ key }) => key);
    const pace = await measurePace({ gateways, client, config, simulator, replicas: REPLICAS });
    const logs = [firstLog, rotator.output(), ...gateways.map((gateway) => gateway.output())];
    const seen = (places: readonly string[]) => places.filter((text) => text.includes(pool.canary)).length;
    return {
      checks: [
        told('requests', result.total),
        exactly('client errors', result.problemCount, 0, {
          detail: [JSON.stringify(result.problems), ...result.examples],
        }),
        told('calls that were refused and benched something', benches.begun),
        exactly('calls with a benched token, by the gateway that knew', benches.broken.length, 0, {
          detail: benches.broken,
        }),
        told('refused calls that were under way when the first was answered', benches.underWay),
        atLeast('fewest available tokens the rotator saw', Math.min(...available), 1),
        told('p99 ms', result.p99),
        exactly('tokens blocked at the end, by the rotator that started anew', blocked.length, 4, {
          detail: blocked,
        }),
        exactly('differences of the statistics from the contract', contractShape(stats).length, 0, {
          detail: contractShape(stats),
        }),
        exactly('places where a token value was found: Redis', seen(dumps), 0),
        exactly('places where a token value was found: logs', seen(logs), 0),
        exactly(
          'places where a token value was found: pages and statistics',
          seen([...pages, JSON.stringify(stats)]),
          0,
        ),
        atLeast(
          'dumps of Redis that name a token',
          dumps.filter((text) => text.includes('first-1')).length,
          2,
        ),
        ...pace,
        atMost('most calls for one request', mostCalls(simulator.requests('pooled').filter(isChat)), 6),
      ],
    };
  },
};

const isChat = ({ path: asked }: { readonly path: string }) => asked.endsWith('/chat/completions');

function mostCalls(calls: readonly { readonly body: string }[]): number {
  const times = new Map<string, number>();
  for (const { body } of calls) {
    const name = /<request \d+>/.exec(body)?.[0] ?? '';
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return Math.max(...times.values());
}

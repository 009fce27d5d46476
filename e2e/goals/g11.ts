import { startSimulator } from '@holdfast/simulator/start-simulator';
import { startRedis } from '@holdfast/state/testing/redis-server';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { type LoadResult, startLoad } from '../support/load.ts';
import { type GatewayProcess, startGateway } from '../support/start-service.ts';
import { pause, until } from '../support/until.ts';
import { atMost, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 100;
const DOWN_MS = 2000;
const CALM_MS = 1000;
const ADDED_MS = 50;
const BACK_MS = 5000;
const COLD_MS = 2000;

/** Redis is killed, stopped and emptied under load, with a feature on that asks it for every request. */
export const g11: Goal = {
  id: 'g11',
  title: 'Redis killed, hung, flushed: no client notices',
  needsRedis: true,
  async run({ share, note }) {
    const kills = scaled(20, share, 2);
    const hangs = scaled(5, share);
    const hangMs = scaled(30_000, share, 5000);
    const flushes = scaled(5, share, 2);
    await using redis = await startRedis();
    await using simulator = await startSimulator({ maxRecords: 0 });
    const config = {
      state: { redis_url: redis.url },
      rate_limit: { enabled: true, per_minute: 1_000_000 },
      throttle: { min_interval: '1ms' },
      clusters: { main: cluster('openai', endpoint('primary', simulator.baseUrl('primary'))) },
      routes: [{ model: '*', cluster: 'main', throttle: { min_interval: '0s' } }],
    };
    await using one = await startGateway(config);
    await using two = await startGateway(config);
    const gateways = [one, two];
    await using client = openHttpClient();
    const load = () =>
      startLoad({
        rate: RATE,
        send: (n) =>
          client.post(`${gateways[n % 2]!.url}/v1/chat/completions`, chatRequest('gpt-4o', requestName(n))),
        judge: judgeEcho,
      });
    const during = async (what: string, act: () => Promise<void>): Promise<LoadResult> => {
      note(what);
      const running = load();
      await act();
      await pause(CALM_MS);
      return running.stop();
    };
    let slowestReturnMs = 0;
    const backAgain = async () => {
      const started = performance.now();
      await until('all gateways see Redis', () => allSee(gateways, 1), 30_000);
      slowestReturnMs = Math.max(slowestReturnMs, performance.now() - started);
    };

    const calm = await during('calm', () => pause(5000));
    const killed = await during(`${kills} kills`, async () => {
      for (let i = 0; i < kills; i++) {
        await redis.kill();
        await pause(DOWN_MS);
        await redis.restart();
        await backAgain();
      }
    });
    const hung = await during(`${hangs} hangs of ${hangMs} ms`, async () => {
      for (let i = 0; i < hangs; i++) {
        redis.pause();
        await pause(hangMs);
        redis.resume();
        await backAgain();
      }
    });
    const flushed = await during(`${flushes} flushes`, async () => {
      for (let i = 0; i < flushes; i++) {
        await redis.flushAll();
        await pause(CALM_MS);
      }
    });

    await redis.kill();
    const started = performance.now();
    await using cold = await startGateway(config, { unready: true });
    await until('a gateway without Redis serves', async () => {
      const reply = await client.post(
        `${cold.url}/v1/chat/completions`,
        chatRequest('gpt-4o', requestName(0)),
      );
      return judgeEcho(reply, 0) === null;
    });
    const coldMs = performance.now() - started;

    const phases = { killed, hung, flushed };
    return [
      told('kills, hangs, flushes', `${kills}, ${hangs} of ${hangMs / 1000} s, ${flushes}`),
      told(
        'requests',
        Object.values(phases).reduce((sum, { total }) => sum + total, 0),
      ),
      told('p99 ms while all is well', calm.p99),
      ...Object.entries(phases).flatMap(([what, { problemCount, examples, problems, p99 }]) => [
        exactly(`${what}: client errors`, problemCount, 0, {
          detail: [JSON.stringify(problems), ...examples],
        }),
        atMost(`${what}: p99 ms`, p99, calm.p99 + ADDED_MS, { timing: true }),
      ]),
      atMost('slowest return of the shared state after Redis, ms', slowestReturnMs, BACK_MS, {
        timing: true,
      }),
      atMost('cold start without Redis until the first answer, ms', coldMs, COLD_MS, { timing: true }),
    ];
  },
};

async function allSee(gateways: readonly GatewayProcess[], up: number): Promise<boolean> {
  const seen = await Promise.all(
    gateways.map(async (gateway) => (await gateway.metrics()).sum('holdfast_state_store_up')),
  );
  return seen.every((value) => value === up);
}

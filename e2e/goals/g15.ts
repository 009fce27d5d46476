import { startSimulator } from '@holdfast/simulator/start-simulator';
import { startRedis } from '@holdfast/state/testing/redis-server';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { startGateway } from '../support/start-service.ts';
import { pause, until } from '../support/until.ts';
import { atMost, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 200;
const DOWN_S = 60;
const REPLICAS = 2;

/** The primary comes back from an outage while everybody waits for it. */
export const g15: Goal = {
  id: 'g15',
  title: 'an upstream that comes back is not run over',
  needsRedis: true,
  async run({ share, note }) {
    const downS = scaled(DOWN_S, share, 6);
    const openForS = Math.max(2, 30 * share);
    const rampS = Math.max(8, 30 * share);
    // A ramp as short as that of a small run climbs a good way in its first second.
    const firstShare = share < 1 ? 0.3 : 0.2;
    await using redis = await startRedis();
    await using simulator = await startSimulator({ maxRecords: 100_000 });
    const config = {
      state: { redis_url: redis.url },
      breaker: { open_for: `${openForS}s`, ramp: `${rampS}s` },
      clusters: {
        main: cluster(
          'openai',
          endpoint('primary', simulator.baseUrl('primary')),
          endpoint('secondary', simulator.baseUrl('secondary'), 2),
        ),
      },
      routes: [{ model: '*', cluster: 'main' }],
    };
    await using one = await startGateway(config);
    await using two = await startGateway(config);
    const urls = [one, two].map(({ url }) => `${url}/v1/chat/completions`);
    await using client = openHttpClient();
    const load = startLoad({
      rate: RATE,
      send: (n) => client.post(urls[n % REPLICAS]!, chatRequest('gpt-4o', requestName(n))),
      judge: judgeEcho,
    });
    const primary = () => simulator.requests('primary');

    await pause(2000);
    note(`the primary is down for ${downS} s`);
    simulator.behave('primary', { status: 503, latencyMs: 50 });
    await pause(2000);
    // The breakers are open now: what still comes are trials.
    const quietFrom = Date.now();
    simulator.forget();
    await pause(downS * 1000 - 2000);
    const trials = primary().length;
    const trialsAtOnce = simulator.peakInFlight('primary');
    simulator.behave('primary', {});
    const upAt = Date.now();
    simulator.forget();
    note('the primary is back');
    await until('the first call succeeds', () => primary().length > 0, 400_000, 50);
    const firstAt = primary()[0]!.at;
    await pause(rampS * 1000 + 3000);
    const result = await load.stop();
    const after = primary().map(({ at }) => at - firstAt);
    const within = (fromMs: number, toMs: number) => after.filter((at) => at >= fromMs && at < toMs).length;
    const seconds = Array.from({ length: Math.ceil(rampS) + 2 }, (_, second) =>
      within(second * 1000, (second + 1) * 1000),
    );
    const fullAt = seconds.findIndex((calls) => calls >= RATE * 0.9);
    return [
      told('down, s', downS),
      told('trials while it was down', `${trials} in ${Math.round((upAt - quietFrom) / 1000)} s`),
      atMost('trials at once', trialsAtOnce, REPLICAS),
      told('s until the first call after its return', (firstAt - upAt) / 1000),
      atMost('calls in the first second, share of the rate', seconds[0]! / RATE, firstShare),
      told('calls per second', seconds.join(' ')),
      atMost(
        's until it has all of its traffic',
        fullAt === -1 ? Number.POSITIVE_INFINITY : fullAt,
        Math.min(60, rampS + 2),
        {
          timing: true,
        },
      ),
      exactly('client errors', result.problemCount, 0, {
        detail: [JSON.stringify(result.problems), ...result.examples],
      }),
    ];
  },
};

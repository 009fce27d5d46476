import { startSimulator } from '@holdfast/simulator/start-simulator';
import { startRedis } from '@holdfast/state/testing/redis-server';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient, type Reply } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { startGateway } from '../support/start-service.ts';
import { pause } from '../support/until.ts';
import { atMost, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 50;
const KILLS = 20;
const UP_MS = 1500;

/** A replica is killed again and again behind a load balancer that tries the other one. The tagger's part has its own test. */
export const g12: Goal = {
  id: 'g12',
  title: 'kill -9 of a replica: its neighbour answers',
  needsRedis: true,
  async run({ share, note }) {
    const kills = scaled(KILLS, share, 2);
    await using redis = await startRedis();
    await using simulator = await startSimulator();
    simulator.behave('primary', { latencyMs: [5, 50] });
    const config = {
      state: { redis_url: redis.url },
      rate_limit: { enabled: true, per_minute: 1_000_000 },
      clusters: {
        main: cluster(
          'openai',
          endpoint('primary', simulator.baseUrl('primary'), 1, { max_concurrency: 50 }),
        ),
      },
      routes: [{ model: '*', cluster: 'main' }],
    };
    await using stack = new AsyncDisposableStack();
    let dying = stack.use(await startGateway(config));
    const staying = stack.use(await startGateway(config));
    await using client = openHttpClient();
    let retried = 0;
    const balanced = async (n: number): Promise<Reply> => {
      const body = chatRequest('gpt-4o', requestName(n));
      const [first, second] = n % 2 === 0 ? [dying, staying] : [staying, dying];
      const reply = await client.post(`${first.url}/v1/chat/completions`, body);
      if (reply.status !== 0 && reply.broken === null) return reply;
      retried++;
      return client.post(`${second.url}/v1/chat/completions`, body);
    };
    const load = startLoad({ rate: RATE, send: balanced, judge: judgeEcho });
    for (let kill = 0; kill < kills; kill++) {
      await pause(UP_MS);
      await dying.kill();
      note(`kill ${kill + 1} of ${kills}`);
      dying = stack.use(await startGateway(config, { ports: dying.ports }));
    }
    await pause(UP_MS);
    const result = await load.stop();
    const calls = new Map<string, number>();
    for (const { body } of simulator.requests('primary')) {
      const name = /<request \d+>/.exec(body)?.[0] ?? 'none';
      calls.set(name, (calls.get(name) ?? 0) + 1);
    }
    await simulator.waitForIdle();
    return [
      told('kills', kills),
      told('requests', result.total),
      told('requests the load balancer sent again', retried),
      exactly('client errors', result.problemCount, 0, {
        detail: [JSON.stringify(result.problems), ...result.examples],
      }),
      atMost('most calls for one request', Math.max(...calls.values()), 2),
      exactly('calls left open upstream', simulator.inFlight('primary'), 0),
    ];
  },
};

import { startSimulator } from '@holdfast/simulator/start-simulator';
import { freePort, startRedis } from '@holdfast/state/testing/redis-server';
import { atMost, exactly, told } from '../goals/goal.ts';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient, type Reply } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { startGateway, startService } from '../support/start-service.ts';
import { pause } from '../support/until.ts';
import { readStory } from './primary-dead-story.ts';
import type { Scenario } from './scenario.ts';

const RATE = 50;
/** The promised size, with the defaults of the configuration. */
const FULL = { calmS: 10, deadS: 90, openForS: 30, rampS: 30, queueS: 60 };
/** A ninth of everything. */
const SCALED = { calmS: 3, deadS: 10, openForS: 3, rampS: 3, queueS: 6 };

/** Two replicas and the health-checker, while the first choice of a cluster dies and comes back. */
export const primaryDead: Scenario = {
  name: 'primary-dead',
  title: 'the primary is dead for 90 s at 50 rps',
  async run({ full, note }) {
    const { calmS, deadS, openForS, rampS, queueS } = full ? FULL : SCALED;
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await startRedis());
    const simulator = stack.use(await startSimulator({ maxRecords: 0 }));
    const checkerPort = await freePort();
    const config = {
      state: { redis_url: redis.url },
      services: { health_checker: { port: checkerPort } },
      breaker: { open_for: `${openForS}s`, ramp: `${rampS}s` },
      health: { failure_queue_interval: `${queueS}s`, probe: 'auto' },
      fallback: { mode: 'canned' },
      clusters: {
        main: cluster(
          'openai',
          endpoint('primary', simulator.baseUrl('primary'), 1),
          endpoint('secondary', simulator.baseUrl('secondary'), 2),
        ),
      },
      routes: [
        { model: 'gpt-4o', cluster: 'main' },
        { model: '*', cluster: 'main' },
      ],
    };
    const checker = stack.use(await startService('health-checker', config, checkerPort));
    const gateways = [stack.use(await startGateway(config)), stack.use(await startGateway(config))];
    const client = stack.use(openHttpClient());
    await checker.waitForOutput(/this replica probes/);

    const load = startLoad({
      rate: RATE,
      send: (n) =>
        client.post(
          `${gateways[n % gateways.length]!.url}/v1/chat/completions`,
          chatRequest('gpt-4o', requestName(n)),
        ),
      judge: answered,
    });
    await pause(calmS * 1000);
    simulator.behave('primary', { reset: 'on_accept' });
    const diedMs = Date.now();
    note(`the primary is dead for ${deadS} s`);
    await pause(deadS * 1000);
    simulator.clearBehaviour('primary');
    const healedMs = Date.now();
    note('the primary is well again');
    // Within one check of the failure queue it is known to be well; then a trial, and the ramp.
    await pause((queueS + rampS + 5) * 1000);
    const { total, problemCount, problems, examples, samples, p99 } = await load.stop();
    // Request lines are written in batches.
    await pause(1000);

    const story = readStory({
      logs: {
        'gateway 1': gateways[0]!.output(),
        'gateway 2': gateways[1]!.output(),
        checker: checker.output(),
      },
      diedMs,
      healedMs,
    });
    const during = samples.filter(({ startedAt }) => startedAt >= diedMs && startedAt < healedMs);
    return {
      timeline: story.timeline,
      checks: [
        told('requests', total),
        told('of these while the primary was dead', during.length),
        exactly('client errors, canned or wrong answers', problemCount, 0, {
          detail: [JSON.stringify(problems), ...examples],
        }),
        exactly('replicas whose breaker opened', story.opened, gateways.length),
        exactly('replicas that told of the switch to the fallback', story.switched, gateways.length),
        exactly('replicas that told of the return to the primary', story.returned, gateways.length),
        atMost(
          'calls to the dead primary, by requests and trials',
          story.failedCalls,
          4 * gateways.length + 6,
        ),
        atMost('seconds from death to the last request that met it before the switch', story.detectedS, 1, {
          timing: true,
        }),
        atMost('seconds from recovery to the first answer of the primary', story.firstAnswerS, queueS + 5),
        atMost('share of the primary in the first second of the ramp', story.firstShare, full ? 0.2 : 0.5),
        exactly('share of the primary in the last second', story.lastShare, 1),
        atMost('p99 ms', p99, 1000, { timing: true }),
      ],
    };

    function answered(reply: Reply, n: number): string | null {
      return reply.headers['x-holdfast-fallback'] === 'canned' ? 'canned' : judgeEcho(reply, n);
    }
  },
};

import type { RecordedRequest } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { freePort, startRedis } from '@holdfast/state/testing/redis-server';
import { atLeast, atMost, exactly, told } from '../goals/goal.ts';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { fetchMetrics } from '../support/metrics.ts';
import { type GatewayProcess, startGateway, startService } from '../support/start-service.ts';
import { pause, until } from '../support/until.ts';
import { checkerFleet } from './checker-fleet.ts';
import type { Scenario } from './scenario.ts';
import { SICK, watchSick } from './sick-endpoints.ts';

const PLAIN = ['plain-1', 'plain-2', 'plain-3', 'plain-4', 'plain-5', 'plain-6'];
const PAID = ['paid-1', 'paid-2'];
const RATE = 4;
/** An hour of the default schedule has twelve: these before and after the prober ends. */
const ROUNDS = 6;
/** Gateways tell of their traffic every ten seconds. */
const TOLD_WITHIN_MS = 15_000;

/** Three health-checkers watch ten endpoints. */
export const probes: Scenario = {
  name: 'probes',
  title: 'three health-checkers over ten endpoints for twelve rounds of the schedule and more',
  async run({ full, note }) {
    const periodS = full ? 5 : 1;
    const queueS = 2 * periodS;
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await startRedis());
    const simulator = stack.use(await startSimulator());
    const at = (name: string, more: object = {}) => endpoint(name, simulator.baseUrl(name), 1, { ...more });
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    const configFor = (port: number) => ({
      state: { redis_url: redis.url },
      services: { health_checker: { port } },
      health: {
        schedule: `*/${periodS} * * * * *`,
        failure_queue_interval: `${queueS}s`,
        timeout: '2s',
        probe: 'auto',
      },
      clusters: {
        plain: cluster('openai', ...PLAIN.map((name) => at(name))),
        paid: {
          strategy: 'weighted',
          ...cluster('openai', ...PAID.map((name) => at(name, { probe: 'chat' }))),
        },
        sick: cluster('openai', ...SICK.map((name) => at(name))),
      },
      routes: ['plain', 'paid', 'sick'].map((name) => ({ model: name, cluster: name })),
    });
    const gateways: GatewayProcess[] = [];
    for (let index = 0; index < 2; index++)
      gateways.push(stack.use(await startGateway(configFor(ports[0]!))));
    const client = stack.use(openHttpClient());
    const load = startLoad({
      rate: RATE,
      send: (n) =>
        client.post(`${gateways[n % 2]!.url}/v1/chat/completions`, chatRequest('paid', requestName(n))),
      judge: judgeEcho,
    });
    note('waiting until the gateways have told of their traffic');
    const fields = async () => Number((await redis.command('HLEN', 'holdfast:v1:traffic')).slice(1));
    await until('both gateways tell', async () => (await fields()) >= 4, TOLD_WITHIN_MS);

    const checkers = checkerFleet(
      await Promise.all(ports.map((port) => startService('health-checker', configFor(port), port))),
    );
    stack.use(checkers);
    const startedMs = Date.now();
    await simulator.waitForRequests('plain-1', 1);
    note(`at least ${ROUNDS} rounds of ${periodS} s`);
    const [ofSick] = await Promise.all([
      watchSick({ gateway: gateways[0]!, checkers, redis, simulator, periodS, queueS }),
      pause(ROUNDS * periodS * 1000),
    ]);
    note('the prober ends');
    const awayMs = await checkers.replaceProber(full ? 'kill' : 'stop');
    note(`another one probes after ${Math.round(awayMs)} ms; ${ROUNDS} rounds more`);
    await pause(ROUNDS * periodS * 1000);
    const result = await load.stop();
    const lastedMs = Date.now() - startedMs;

    const perEndpoint = PLAIN.map((name) => simulator.requests(name).length);
    const rounds = (lastedMs - awayMs) / (periodS * 1000);
    const gaps = PLAIN.flatMap((name) => {
      // The first probe is the one at the start, at any moment within a period.
      const times = simulator
        .requests(name)
        .slice(1)
        .map((probe) => probe.at);
      return times.slice(1).map((time, index) => time - times[index]!);
    });
    const ofPaid = PAID.flatMap((name) => simulator.requests(name)).filter(isProbe);
    const skipped = await Promise.all(
      checkers
        .running()
        .map(async ({ url }) =>
          (await fetchMetrics(url)).sum('holdfast_probes_skipped_total', { reason: 'fresh_traffic' }),
        ),
    );
    return {
      checks: [
        told('probes of each endpoint without traffic', perEndpoint.join(' ')),
        told("one prober's worth: rounds while one probed", rounds),
        // The one at the start, and one round that began before it was counted.
        atMost('most probes of one endpoint', Math.max(...perEndpoint), Math.ceil(rounds) + 2),
        atLeast('fewest probes of one endpoint', Math.min(...perEndpoint), Math.floor(rounds) - 1),
        atLeast(
          'shortest time between two probes of one endpoint, in periods',
          Math.min(...gaps) / (periodS * 1000),
          0.3,
        ),
        exactly('probes of paid endpoints with live traffic', ofPaid.length, 0),
        atLeast('probes that traffic saved, by the last prober', Math.max(...skipped), ROUNDS),
        exactly('client errors', result.problemCount, 0, {
          detail: [JSON.stringify(result.problems), ...result.examples],
        }),
        ...ofSick,
      ],
    };
  },
};

/** Requests of the load carry a name. */
const isProbe = ({ body }: RecordedRequest) => !/<request \d+>/.test(body);

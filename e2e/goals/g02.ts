import { networkFaults } from '@holdfast/simulator/network-faults';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { runLoad } from '../support/load.ts';
import { percentile } from '../support/percentile.ts';
import { startGateway } from '../support/start-service.ts';
import { pause } from '../support/until.ts';
import { atMost, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 150;
const PER_WAY = 1000;
const TIMEOUT = '300ms';
/** Sequential requests at most until a breaker must have opened. */
const WARM_UP = 12;
const APART_MS = 30;
const MAX_FAILURES = 5;

/** The primary is dead in each way a network can kill it; the secondary is well. */
export const g02: Goal = {
  id: 'g02',
  title: 'the primary is dead, in each network way',
  testShare: 0.03,
  async run({ share }) {
    await using stack = new AsyncDisposableStack();
    const simulator = stack.use(await startSimulator({ maxRecords: 0 }));
    const secondary = endpoint('secondary', simulator.baseUrl('secondary'), 2);
    const ways = await Promise.all(
      Object.entries(networkFaults).flatMap(([code, faults]) =>
        faults.map(async (fault, index) => {
          const upstream = stack.use(await fault.start());
          return { name: `${code}-${index}`, what: fault.name, deadly: fault.shows !== 'nothing', upstream };
        }),
      ),
    );
    const gateway = stack.use(
      await startGateway({
        timeouts: { connect: TIMEOUT, first_content: TIMEOUT },
        breaker: { open_for: '5m' }, // no trials during the run
        clusters: {
          calm: cluster('openai', secondary),
          ...Object.fromEntries(
            ways.map(({ name, upstream }) => [
              name,
              cluster('openai', endpoint('primary', upstream.baseUrl), secondary),
            ]),
          ),
        },
        routes: [
          ...ways.map(({ name }) => ({ model: name, cluster: name })),
          { model: '*', cluster: 'calm' },
        ],
      }),
    );
    const client = stack.use(openHttpClient());
    const url = `${gateway.url}/v1/chat/completions`;
    const send = (model: string, n: number) => client.post(url, chatRequest(model, requestName(n)));

    const count = ways.length * scaled(PER_WAY, share, 30);
    const calm = await runLoad({ rate: RATE, count: 500, send: (n) => send('calm', n), judge: judgeEcho });
    const early = await Promise.all(
      ways.map(async ({ name }) => {
        let failed = 0;
        for (let n = 0; n < WARM_UP; n++) {
          if (judgeEcho(await send(name, n), n) !== null) failed++;
          await pause(APART_MS); // a connection is idle before it is used again
        }
        return failed;
      }),
    );
    const load = await runLoad({
      rate: RATE,
      count,
      send: (n) => send(ways[n % ways.length]!.name, n),
      judge: judgeEcho,
    });

    const metrics = await gateway.metrics();
    const failures = ways.map(({ name, what, deadly }) => {
      const labels = { llm_cluster: name, llm_endpoint: 'primary' };
      const all = metrics.sum('holdfast_upstream_attempts_total', labels);
      const ok = metrics.sum('holdfast_upstream_attempts_total', { ...labels, result: 'ok' });
      return { name, what, deadly, failed: all - ok };
    });
    // A stale connection says nothing about the upstream: it is asked again on a new one, and stays in rotation.
    const dead = failures.filter(({ deadly }) => deadly);
    const most = Math.max(...dead.map(({ failed }) => failed));
    const harmless = failures.filter(({ failed }) => failed === 0).map(({ name }) => name);
    return [
      told('ways', ways.length),
      told('requests', ways.length * WARM_UP + load.total),
      told('ways in which the primary could serve after all', harmless.join(' ')),
      exactly('client errors', load.problemCount + early.reduce((sum, failed) => sum + failed, 0), 0, {
        detail: [JSON.stringify(load.problems), ...load.examples],
      }),
      atMost('most failures of a dead primary before it is left alone', most, MAX_FAILURES, {
        detail: dead.filter(({ failed }) => failed > MAX_FAILURES).map((way) => JSON.stringify(way)),
      }),
      atMost(
        'added p99 ms once the breakers are open',
        percentile(
          load.samples.map(({ tookMs }) => tookMs),
          0.99,
        ) - calm.p99,
        5,
        { timing: true },
      ),
      told('p99 ms without faults', calm.p99),
    ];
  },
};

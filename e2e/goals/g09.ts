import { seededRandom } from '@holdfast/simulator/random';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chatRequest, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { runLoad } from '../support/load.ts';
import { percentile } from '../support/percentile.ts';
import { startGateway } from '../support/start-service.ts';
import { until } from '../support/until.ts';
import { atMost, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 100;
const ABORTS = 2000;
const LONGEST_MS = 1000;
const SEEN_MS = 100;

/** Clients leave at random moments: before headers, before content, in mid-stream. */
export const g09: Goal = {
  id: 'g09',
  title: 'clients that leave are noticed upstream at once and blame nobody',
  async run({ share, seed }) {
    const count = scaled(ABORTS, share);
    const random = seededRandom(seed);
    await using simulator = await startSimulator();
    simulator.behave('primary', [
      {
        match: { stream: true },
        latencyMs: [0, 300],
        eventCount: 60,
        chunkDelayMs: 30,
        times: Number.MAX_SAFE_INTEGER,
      },
      { latencyMs: LONGEST_MS * 2 },
    ]);
    await using gateway = await startGateway({
      clusters: {
        main: cluster(
          'openai',
          endpoint('primary', simulator.baseUrl('primary')),
          endpoint('secondary', simulator.baseUrl('secondary'), 2),
        ),
      },
      routes: [{ model: '*', cluster: 'main' }],
    });
    await using client = openHttpClient();
    const leftAt = new Map<string, number>();
    const load = await runLoad({
      rate: RATE,
      count,
      async send(n) {
        const leaving = new AbortController();
        const timer = setTimeout(() => {
          leftAt.set(requestName(n), Date.now());
          leaving.abort();
        }, random() * LONGEST_MS);
        const body = chatRequest('gpt-4o', requestName(n), n % 2 === 0 ? { stream: true } : {});
        const reply = await client.post(`${gateway.url}/v1/chat/completions`, body, {
          signal: leaving.signal,
        });
        clearTimeout(timer);
        return reply;
      },
      judge: (reply) =>
        reply.broken === 'aborted' || reply.status === 200 ? null : `${reply.status} ${reply.broken}`,
    });

    const inFlight = async () => (await gateway.metrics()).sum('holdfast_in_flight_requests');
    await until('no request is in flight', async () => (await inFlight()) === 0);
    await simulator.waitForIdle();
    const seen: number[] = [];
    let unseen = 0;
    for (const { body, abortedAt } of simulator.requests('primary')) {
      const left = leftAt.get(/<request \d+>/.exec(body)?.[0] ?? '');
      if (left === undefined) continue;
      if (abortedAt === null) unseen++;
      else seen.push(Math.max(0, abortedAt - left));
    }
    const metrics = await gateway.metrics();
    const attempts = (result?: string) =>
      metrics.sum('holdfast_upstream_attempts_total', { llm_cluster: 'main', ...(result ? { result } : {}) });
    const blamed = attempts() - attempts('ok') - attempts('aborted');
    const { clusters } = await gateway.status();
    return [
      told('clients that left', leftAt.size),
      told('of them with a call under way', seen.length),
      exactly('calls that went on', unseen, 0),
      atMost('until the upstream sees it, p99 ms', percentile(seen, 0.99), SEEN_MS, { timing: true }),
      told('until the upstream sees it, p50 ms', percentile(seen, 0.5)),
      exactly('other surprises', load.problemCount, 0, { detail: load.examples }),
      exactly('requests in flight at the end', await inFlight(), 0),
      exactly('attempts that count as failures', blamed, 0),
      exactly('calls to the secondary', simulator.requests('secondary').length, 0),
      exactly(
        'breakers not closed',
        clusters[0]!.endpoints.filter(({ breaker }) => breaker !== 'closed').length,
        0,
      ),
    ];
  },
};

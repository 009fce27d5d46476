import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chatRequest, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient, type Reply } from '../support/http-client.ts';
import { type LoadResult, type Sample, startLoad } from '../support/load.ts';
import { percentile } from '../support/percentile.ts';
import { startGateway } from '../support/start-service.ts';
import { pause } from '../support/until.ts';
import { atLeast, atMost, exactly, type Goal, scaled, told } from './goal.ts';

const PLACES = 8;
const SERVICE_MS = 100;
/** What the endpoint can do at most, in requests per second. */
const CAPACITY = (PLACES * 1000) / SERVICE_MS;
const OVERLOAD = 5;
const FULL_S = 60;
const CALM_S = 3;
const AFTER_S = 11;
const RECOVERY_MS = 10_000;
/** A request waits for a place at most this long. */
const PATIENCE = '2s';

/** Five times what the endpoint can take, then as much as it can. */
export const g14: Goal = {
  id: 'g14',
  title: 'overload: full goodput, quick refusals, quick recovery',
  async run({ share, note }) {
    const seconds = scaled(FULL_S, share, 6);
    await using simulator = await startSimulator({ maxRecords: 0 });
    simulator.behave('primary', { latencyMs: SERVICE_MS });
    await using gateway = await startGateway({
      retry: { max_total_time: PATIENCE },
      clusters: {
        main: cluster(
          'openai',
          endpoint('primary', simulator.baseUrl('primary'), 1, { max_concurrency: PLACES }),
        ),
      },
      routes: [{ model: '*', cluster: 'main' }],
    });
    await using client = openHttpClient();
    const load = (rate: number) =>
      startLoad({
        rate,
        send: (n) => client.post(`${gateway.url}/v1/chat/completions`, chatRequest('gpt-4o', requestName(n))),
        judge: servedOrRefused,
      });
    const during = async (what: string, rate: number, forS: number): Promise<LoadResult> => {
      note(`${what}: ${rate}/s for ${forS} s`);
      const running = load(rate);
      await pause(forS * 1000);
      return running.stop();
    };

    const calm = await during('as much as it can', CAPACITY * 0.9, CALM_S);
    const healthMs: number[] = [];
    const watch = setInterval(async () => {
      healthMs.push((await client.get(`${gateway.url}/health`)).tookMs);
    }, 100);
    const over = await during('overload', CAPACITY * OVERLOAD, seconds);
    clearInterval(watch);
    const after = await during('afterwards', CAPACITY * 0.9, AFTER_S);

    const served = over.samples.filter(({ status }) => status === 200);
    const shed = over.samples.filter(({ status }) => status !== 200);
    const took = (samples: readonly Sample[]) => samples.map(({ tookMs }) => tookMs);
    const begun = Math.min(...after.samples.map(({ startedAt }) => startedAt));
    const late = after.samples.filter(({ startedAt }) => startedAt - begun >= RECOVERY_MS);
    return [
      told('capacity, requests/s', CAPACITY),
      told('sent meanwhile', over.total),
      atLeast('goodput during overload, share of capacity', served.length / seconds / CAPACITY, 0.9, {
        timing: true,
      }),
      told('served: p99 ms', percentile(took(served), 0.99)),
      told('refused', shed.length),
      atMost('refused: p99 ms', percentile(took(shed), 0.99), 20, { timing: true }),
      exactly('neither served nor honestly refused', over.problemCount, 0, {
        detail: [JSON.stringify(over.problems), ...over.examples],
      }),
      // The upstream notes the end of an exchange a moment after the gateway has read it.
      atMost('calls at once at the endpoint', simulator.peakInFlight('primary'), PLACES + 1),
      atMost('/health p99 ms', percentile(healthMs, 0.99), 50, { timing: true }),
      exactly(
        'refused later than 10 s after the overload',
        late.filter(({ status }) => status !== 200).length,
        0,
        {
          timing: true,
        },
      ),
      atMost('p99 ms later than 10 s after the overload', percentile(took(late), 0.99), calm.p99 + 50, {
        timing: true,
      }),
      told('p99 ms before', calm.p99),
    ];
  },
};

function servedOrRefused({ status, headers, broken }: Reply): string | null {
  if (broken !== null) return `broken: ${broken}`;
  if (status === 200) return null;
  if (status !== 503 && status !== 429 && status !== 504) return `status ${status}`;
  return status === 504 || headers['retry-after'] ? null : 'no retry-after';
}

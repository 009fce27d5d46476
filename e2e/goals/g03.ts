import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chatRequest, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient, type Reply } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { startGateway } from '../support/start-service.ts';
import { pause } from '../support/until.ts';
import { atMost, exactly, type Goal, told } from './goal.ts';

const RATE = 200;
const FULL_S = 60;
const FIRST_S = 10;
const ANSWER_MS = 1000;

/** Every upstream says 503: no storm of retries, and an honest answer at once. */
export const g03: Goal = {
  id: 'g03',
  title: 'all upstreams 503: attempts stay near requests, answers come at once',
  async run({ share }) {
    const seconds = Math.max(FIRST_S + 4, FULL_S * share);
    const rate = share < 1 ? RATE / 2 : RATE;
    await using simulator = await startSimulator({ maxRecords: 0 });
    const names = ['first', 'second', 'third'];
    for (const name of names) simulator.behave(name, { fault: 'server_503' });
    await using gateway = await startGateway({
      clusters: { main: cluster('openai', ...names.map((name) => endpoint(name, simulator.baseUrl(name)))) },
      routes: [{ model: '*', cluster: 'main' }],
    });
    await using client = openHttpClient();
    const calls = () => names.reduce((sum, name) => sum + (simulator.counts()[name]?.requests ?? 0), 0);

    const load = startLoad({
      rate,
      send: (n) => client.post(`${gateway.url}/v1/chat/completions`, chatRequest('gpt-4o', requestName(n))),
      judge: honest,
    });
    await pause(FIRST_S * 1000);
    const [sentBefore, callsBefore] = [load.sent, calls()];
    await pause((seconds - FIRST_S) * 1000);
    const [sent, called] = [load.sent - sentBefore, calls() - callsBefore];
    const result = await load.stop();
    const begun = Math.min(...result.samples.map(({ startedAt }) => startedAt));
    const later = result.samples.filter(({ startedAt }) => startedAt - begun >= FIRST_S * 1000);
    const early = result.samples.filter(({ startedAt }) => startedAt - begun < FIRST_S * 1000);
    const longest = (samples: typeof later) => Math.max(0, ...samples.map(({ tookMs }) => tookMs));
    return [
      told('requests', result.total),
      told('calls to upstreams in the first 10 s', callsBefore),
      atMost('calls per request after the first 10 s', called / sent, 1.2),
      exactly('answers that are no 503 with retry-after', result.problemCount, 0, {
        detail: [JSON.stringify(result.problems), ...result.examples],
      }),
      atMost('slowest answer after the first 10 s, ms', longest(later), ANSWER_MS, { timing: true }),
      told('slowest answer in the first 10 s, ms', longest(early)),
    ];
  },
};

function honest({ status, headers, broken }: Reply): string | null {
  if (status !== 503) return `status ${status}`;
  if (broken !== null) return `broken: ${broken}`;
  if (!/^\d+$/.test(headers['retry-after'] ?? '')) return `retry-after ${headers['retry-after']}`;
  return headers['x-should-retry'] === 'false' ? null : 'the SDK would retry';
}

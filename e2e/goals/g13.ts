import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient, type Reply } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { readStream } from '../support/read-stream.ts';
import { startGateway } from '../support/start-service.ts';
import { until } from '../support/until.ts';
import { atMost, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 50;
const STREAMS = 50;
const STREAM_MS = 20_000;
const ROUNDS = 20;
const EVENTS = 40;
const DRAIN_S = 30;

/** A replica is told to end while streams run through it; the other one takes what is new. */
export const g13: Goal = {
  id: 'g13',
  title: 'SIGTERM cuts no stream and refuses nobody',
  async run({ share, note }) {
    const streamMs = scaled(STREAM_MS, share, 3000);
    const count = scaled(STREAMS, share, 10);
    const rounds = scaled(ROUNDS, share, 2);
    await using simulator = await startSimulator({ maxRecords: 0 });
    simulator.behave('primary', [
      {
        match: { stream: true },
        eventCount: EVENTS,
        chunkDelayMs: streamMs / EVENTS,
        times: Number.MAX_SAFE_INTEGER,
      },
      {},
    ]);
    const config = {
      server: { drain_timeout: `${DRAIN_S}s` },
      clusters: { main: cluster('openai', endpoint('primary', simulator.baseUrl('primary'))) },
      routes: [{ model: '*', cluster: 'main' }],
    };
    await using stack = new AsyncDisposableStack();
    await using client = openHttpClient();
    let ending = stack.use(await startGateway(config));
    const staying = stack.use(await startGateway(config));
    const path = '/v1/chat/completions';

    // What any load balancer does: a connection that fails is no answer, the next replica is.
    const balanced = async (n: number): Promise<Reply> => {
      const body = chatRequest('gpt-4o', requestName(n));
      const first = await client.post(ending.url + path, body);
      return first.status === 0 ? client.post(staying.url + path, body) : first;
    };
    let cut = 0;
    let slowestExitS = 0;
    const exits: string[] = [];
    const details: string[] = [];
    const load = startLoad({ rate: RATE, send: balanced, judge: judgeEcho });
    for (let round = 0; round < rounds; round++) {
      let begun = 0;
      const streams = Array.from({ length: count }, (_, n) => {
        let seen = false;
        return client.post(ending.url + path, chatRequest('gpt-4o', requestName(n), { stream: true }), {
          onData() {
            if (!seen) begun++;
            seen = true;
          },
        });
      });
      await until('all streams run', () => begun === count);
      const told = performance.now();
      ending.signal('SIGTERM');
      const exit = await ending.exit;
      slowestExitS = Math.max(slowestExitS, (performance.now() - told) / 1000);
      exits.push(`${exit.code ?? exit.signal}`);
      for (const reply of await Promise.all(streams)) {
        const { text, terminated, failed } = readStream('chat', reply.text);
        if (terminated && !failed && reply.broken === null && /^Hello from primary/.test(text)) continue;
        cut++;
        if (details.length < 5) details.push(`${reply.status} ${reply.broken} ${reply.text.slice(-300)}`);
      }
      note(`round ${round + 1} of ${rounds}`);
      if (round + 1 < rounds) ending = stack.use(await startGateway(config, { ports: ending.ports }));
    }
    const result = await load.stop();
    return [
      told('rounds, streams in each, length', `${rounds}, ${count}, ${streamMs / 1000} s`),
      exactly('streams cut', cut, 0, { detail: details }),
      told('requests meanwhile', result.total),
      exactly('requests refused or failed at both replicas', result.problemCount, 0, {
        detail: [JSON.stringify(result.problems), ...result.examples],
      }),
      exactly('exits other than 0', exits.filter((code) => code !== '0').length, 0, { detail: exits }),
      atMost('slowest exit after SIGTERM, s', slowestExitS, DRAIN_S + 2, { timing: true }),
    ];
  },
};

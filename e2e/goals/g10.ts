import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { usageOf } from '../support/process-usage.ts';
import { startGateway } from '../support/start-service.ts';
import { openUnreadStreams, startTorrent } from '../support/unread-streams.ts';
import { pause, until } from '../support/until.ts';
import { atLeast, atMost, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 100;
const CLIENTS = 100;
const FULL_S = 60;
const GROWTH_MIB = 100;
const WARM_UP = 5;
const MAX_ROUNDS = 10;
const WARM_UP_MS = 2000;

/** A hundred clients that read nothing of a stream that could fill any memory. */
export const g10: Goal = {
  id: 'g10',
  title: 'clients that never read cost little memory and slow nobody down',
  async run({ share }) {
    const seconds = scaled(FULL_S, share, 5);
    await using torrent = await startTorrent();
    await using simulator = await startSimulator({ maxRecords: 0 });
    await using gateway = await startGateway({
      clusters: {
        torrent: cluster('openai', endpoint('torrent', torrent.baseUrl)),
        main: cluster('openai', endpoint('primary', simulator.baseUrl('primary'))),
      },
      routes: [
        { model: 'torrent', cluster: 'torrent' },
        { model: '*', cluster: 'main' },
      ],
    });
    await using client = openHttpClient();
    const url = `${gateway.url}/v1/chat/completions`;
    const others = () =>
      startLoad({
        rate: RATE,
        send: (n) => client.post(url, chatRequest('gpt-4o', requestName(n))),
        judge: judgeEcho,
      });

    const unread = (count: number) =>
      openUnreadStreams(url, count, chatRequest('torrent', 'drown me', { stream: true }));
    const inFlight = async () => (await gateway.status()).in_flight;

    const before = others();
    await pause(seconds * 500);
    const calm = await before.stop();
    {
      // What the first streams of a process cost is not what a client costs.
      using _few = unread(WARM_UP);
      await pause(WARM_UP_MS);
    }
    const startMiB = usageOf(gateway.pid).rssMiB;
    let peakMiB = startMiB;
    await using stack = new AsyncDisposableStack();
    const watch = setInterval(() => {
      peakMiB = Math.max(peakMiB, usageOf(gateway.pid).rssMiB);
    }, 250);
    stack.defer(() => clearInterval(watch));
    const filling = others();
    stack.defer(async () => void (await filling.stop()));
    // While the buffers fill there may be overload, and some are turned away: they come again.
    let served = 0;
    for (let round = 0; served < CLIENTS && round < MAX_ROUNDS; round++) {
      stack.use(unread(CLIENTS - served));
      await torrent.untilStill();
      served = await inFlight();
    }
    const filled = await filling.stop();
    // Requests were shed meanwhile; that ends by and by.
    await until(
      'all are let in again',
      async () => {
        const some = await Promise.all(
          Array.from({ length: 20 }, (_, n) => client.post(url, chatRequest('gpt-4o', requestName(n)))),
        );
        return some.every(({ status }) => status === 200);
      },
      20_000,
      500,
    );
    const during = others();
    await pause(seconds * 1000);
    const busy = await during.stop();
    await stack.disposeAsync();
    await until('the streams are given up', async () => (await inFlight()) === 0);
    return [
      atLeast('clients that never read', served, CLIENTS),
      told('seconds', seconds),
      atMost('growth of resident memory, MiB', peakMiB - startMiB, GROWTH_MIB),
      exactly('errors of the other clients', calm.problemCount + busy.problemCount, 0, {
        detail: [...calm.examples, ...filled.examples, ...busy.examples],
      }),
      atMost('p99 ms of the other clients', busy.p99, Math.max(2 * calm.p99, calm.p99 + 5), { timing: true }),
      told('p99 ms before', calm.p99),
      told('p99 ms while the buffers fill as fast as the machine can', filled.p99),
      told('requests shed meanwhile', filled.problemCount),
      told('MB sent into their buffers', torrent.sentBytes() / 1e6),
    ];
  },
};

import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chatRequest, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { type HttpClient, openHttpClient } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { percentile } from '../support/percentile.ts';
import { startGateway } from '../support/start-service.ts';
import { pause } from '../support/until.ts';
import { atMost, type Check, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 200;
const ROUNDS = 20;
const ROUND_MS = 2000;
/** In a small run nobody looks at times. */
const SHORT_ROUND_MS = 500;
const EVENTS = 10;
const EVENT_GAP_MS = 10;

interface Kind {
  readonly model: string;
  readonly bytes: number;
  readonly stream: boolean;
}

const KINDS: readonly Kind[] = [1000, 100_000].flatMap((bytes) =>
  [false, true].map((stream) => ({ model: `${bytes}-${stream ? 'stream' : 'whole'}`, bytes, stream })),
);

/** The same load directly and through the gateway, turn by turn, so that what else the machine does hits both. */
export const g21: Goal = {
  id: 'g21',
  title: 'the gateway adds little to what the upstream takes',
  testShare: 0.05,
  async run({ share }) {
    const rounds = scaled(ROUNDS, share, 1);
    const roundMs = share < 0.1 ? SHORT_ROUND_MS : ROUND_MS;
    await using simulator = await startSimulator({ maxRecords: 0 });
    prepare(simulator);
    await using gateway = await startGateway({
      clusters: { main: cluster('openai', endpoint('primary', simulator.baseUrl('primary'))) },
      routes: [{ model: '*', cluster: 'main' }],
    });
    await using client = openHttpClient();
    const direct = `${simulator.baseUrl('primary')}/chat/completions`;
    const through = `${gateway.url}/v1/chat/completions`;
    const checks: Check[] = [];
    for (const kind of KINDS) {
      const measures = { direct: newMeasure(), through: newMeasure() };
      for (const url of [direct, through]) await measure(client, url, kind, roundMs, newMeasure());
      for (let round = 0; round < rounds; round++) {
        const order = [
          () => measure(client, direct, kind, roundMs, measures.direct),
          () => measure(client, through, kind, roundMs, measures.through),
        ];
        for (const run of round % 2 === 0 ? order : order.toReversed()) await run();
      }
      checks.push(...compare(kind, measures.direct, measures.through));
    }
    return checks;
  },
};

interface Measure {
  readonly tookMs: number[];
  readonly firstMs: number[];
  readonly gapMs: number[];
  readonly problems: string[];
}

const newMeasure = (): Measure => ({ tookMs: [], firstMs: [], gapMs: [], problems: [] });

function prepare(simulator: Simulator): void {
  simulator.behave(
    'primary',
    KINDS.map(({ model, bytes, stream }) => ({
      match: { model },
      times: Number.MAX_SAFE_INTEGER,
      textLength: bytes,
      ...(stream ? { eventBytes: bytes / EVENTS, chunkDelayMs: EVENT_GAP_MS } : {}),
    })),
  );
}

async function measure(
  client: HttpClient,
  url: string,
  { model, bytes, stream }: Kind,
  roundMs: number,
  into: Measure,
): Promise<void> {
  const padding = 'q'.repeat(bytes);
  const load = startLoad({
    rate: RATE,
    async send(n) {
      let last: number | null = null;
      const reply = await client.post(
        url,
        chatRequest(model, requestName(n), { metadata: { padding }, ...(stream ? { stream } : {}) }),
        {
          onData() {
            const now = performance.now();
            if (last !== null) into.gapMs.push(now - last);
            last = now;
          },
        },
      );
      into.tookMs.push(reply.tookMs);
      into.firstMs.push(reply.firstByteMs);
      return reply;
    },
    judge: ({ status, broken }) => (status === 200 && broken === null ? null : `${status} ${broken}`),
  });
  await pause(roundMs);
  into.problems.push(...(await load.stop()).examples);
}

function compare({ model, stream }: Kind, direct: Measure, through: Measure): Check[] {
  const added = (of: 'tookMs' | 'firstMs' | 'gapMs', share: number) =>
    percentile(through[of], share) - percentile(direct[of], share);
  const timing = { timing: true };
  return [
    told(`${model}: requests each way`, through.tookMs.length),
    exactly(`${model}: errors`, direct.problems.length + through.problems.length, 0, {
      detail: [...direct.problems, ...through.problems],
    }),
    atMost(`${model}: added p50 ms`, added('tookMs', 0.5), 2, timing),
    atMost(`${model}: added p99 ms`, added('tookMs', 0.99), 10, timing),
    ...(stream
      ? [
          atMost(`${model}: added time to the first chunk, p50 ms`, added('firstMs', 0.5), 5, timing),
          atMost(`${model}: added delay between chunks, p99 ms`, added('gapMs', 0.99), 2, timing),
        ]
      : []),
  ];
}

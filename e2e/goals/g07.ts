import path from 'node:path';
import { startRawUpstream } from '@holdfast/simulator/raw-upstream';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { loadPayloads, type Payload } from '../support/load-payloads.ts';
import { eventData } from '../support/read-stream.ts';
import { startGateway } from '../support/start-service.ts';
import { exactly, type Goal, told } from './goal.ts';

const FOLDERS = ['../payloads', '../../../shared/wire'].map((folder) =>
  path.join(import.meta.dirname, folder),
);
const AT_ONCE = 16;
/** Failures in a row that an endpoint may have; more cannot be configured. */
const MAX_FAILURES = 1000;
/** In a small run every so many-th cut: no divisor of anything in the streams. */
const SMALL_STEP = 41;

const LINE_ENDS = { lf: '\n', crlf: '\r\n', cr: '\r' } as const;

interface Case {
  readonly payload: Payload;
  readonly lineEnd: keyof typeof LINE_ENDS;
  /** The body with these line ends, which the upstream sends in two pieces. */
  readonly body: Buffer;
  readonly cutAt: number;
}

/** Recorded streams, in two pieces cut at every byte, with every line end the standard knows. */
export const g07: Goal = {
  id: 'g07',
  title: 'streams arrive whole, wherever the network cuts them',
  async run({ share, note }) {
    const payloads = FOLDERS.flatMap(loadPayloads).filter(
      ({ stream, expect, bytes }) =>
        stream &&
        /^(?:success|midstream_failure)/.test(expect) &&
        /event-stream/i.test(bytes.toString('latin1', 0, 2000)),
    );
    const cases = payloads
      .flatMap((payload) => casesOf(payload, share < 1 ? SMALL_STEP : 1))
      .sort((a, b) => a.cutAt - b.cutAt);
    note(`${cases.length} streams of ${payloads.length} recordings`);
    await using upstream = await startRawUpstream(async (connection) => {
      for (let request = await connection.nextRequest(); request; request = await connection.nextRequest()) {
        const { body, cutAt } = cases[Number(/"model":"\w+-(\d+)"/.exec(request.body.toString())![1])]!;
        await connection.write(
          `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n`,
        );
        await connection.write(body.subarray(0, cutAt));
        await connection.pause(1);
        await connection.write(body.subarray(cutAt));
      }
    });
    // Some of the streams fail, and go on being asked for, among others that do not.
    const only = endpoint('only', upstream.baseUrl, 1, { max_failures: MAX_FAILURES });
    await using gateway = await startGateway({
      clusters: {
        openai: cluster('openai', only),
        anthropic: cluster('anthropic', only),
      },
      routes: [
        { model: 'anthropic-*', cluster: 'anthropic' },
        { model: '*', cluster: 'openai' },
      ],
    });
    await using client = openHttpClient();

    const problems: string[] = [];
    let next = 0;
    const worker = async () => {
      for (let n = next++; n < cases.length; n = next++) {
        const { payload, lineEnd, cutAt } = cases[n]!;
        const anthropic = payload.protocol === 'anthropic';
        const reply = await client.post(`${gateway.url}/v1/${anthropic ? 'messages' : 'chat/completions'}`, {
          model: `${payload.protocol}-${n}`,
          stream: true,
          messages: [{ role: 'user', content: 'hello' }],
          ...(anthropic ? { max_tokens: 10 } : {}),
        });
        const { wanted, whole } = wantedOf(payload);
        const got = eventData(reply.text);
        // A stream that failed ends with an error event of the gateway's own, and a cut connection.
        const failure = whole ? undefined : got.pop();
        const same = got.length === wanted.length && got.every((event, index) => event === wanted[index]);
        const endedAsItShould = whole ? reply.broken === null : reply.broken !== null && isError(failure);
        if (!same || !endedAsItShould)
          problems.push(
            `${payload.name}, ${lineEnd}, cut at ${cutAt}: ${reply.broken ?? firstDifference(got, wanted)}`,
          );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return [
      told('recordings', payloads.length),
      told('streams', cases.length),
      exactly('streams with other events, or broken characters', problems.length, 0, {
        detail: problems.slice(0, 10),
      }),
    ];
  },
};

/** The events that a client must get; of a stream that fails, those before the failure. */
function wantedOf({ body, protocol, expect }: Payload): { wanted: readonly string[]; whole: boolean } {
  const events = eventData(body.toString());
  if (expect === 'midstream_failure')
    return { wanted: events.slice(0, events.findIndex(isError)), whole: false };
  // Where the provider forgot its terminator the gateway adds it.
  const forgot = protocol === 'openai' && events.at(-1) !== '[DONE]';
  return { wanted: forgot ? [...events, '[DONE]'] : events, whole: true };
}

const isError = (event: string | undefined): boolean => event !== undefined && /"error":\{/.test(event);

function casesOf(payload: Payload, step: number): Case[] {
  const text = payload.body.toString().replace(/\r\n|\r/g, '\n');
  return Object.entries(LINE_ENDS).flatMap(([lineEnd, end]) => {
    const body = Buffer.from(text.replaceAll('\n', end));
    const cuts = Math.floor((body.length - 1) / step);
    return Array.from({ length: cuts }, (_, index) => ({
      payload,
      lineEnd: lineEnd as keyof typeof LINE_ENDS,
      body,
      cutAt: 1 + index * step,
    }));
  });
}

function firstDifference(got: readonly string[], wanted: readonly string[]): string {
  const index = wanted.findIndex((event, at) => got[at] !== event);
  return `event ${index} of ${wanted.length}: ${got[index] ?? 'missing'} instead of ${wanted[index] ?? 'nothing'}`.slice(
    0,
    400,
  );
}

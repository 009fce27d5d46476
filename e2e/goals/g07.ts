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
        stream && /^success/.test(expect) && /event-stream/i.test(bytes.toString('latin1', 0, 2000)),
    );
    const cases = payloads.flatMap((payload) => casesOf(payload, share < 1 ? SMALL_STEP : 1));
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
    await using gateway = await startGateway({
      clusters: {
        openai: cluster('openai', endpoint('only', upstream.baseUrl)),
        anthropic: cluster('anthropic', endpoint('only', upstream.baseUrl)),
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
        const wanted = eventData(payload.body.toString());
        // Where the provider forgot its terminator the gateway adds it.
        if (!anthropic && wanted.at(-1) !== '[DONE]') wanted.push('[DONE]');
        const got = eventData(reply.text);
        const same = got.length === wanted.length && got.every((event, index) => event === wanted[index]);
        if (!same || reply.broken !== null)
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

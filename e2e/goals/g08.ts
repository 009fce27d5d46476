import type { Behaviour, Cut } from '@holdfast/simulator/behaviour';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { cluster, endpoint } from '../support/configs.ts';
import { type HttpClient, openHttpClient } from '../support/http-client.ts';
import { readStream, STREAM_PATHS, type StreamDialect, streamRequest } from '../support/read-stream.ts';
import { startGateway } from '../support/start-service.ts';
import { exactly, type Goal, scaled, told } from './goal.ts';

const DIALECTS: readonly StreamDialect[] = ['chat', 'completions', 'responses', 'messages'];
const CUTS: readonly Cut[] = [
  'fin',
  'rst',
  'stall',
  'error_event',
  'error_event_then_done',
  'eof_without_done',
];
/** Content events of the longest stream; lifecycle events come on top. */
const MOST_EVENTS = 80;
const LIFECYCLE_EVENTS = 8;
const AT_ONCE = 24;
const TIMEOUT = '400ms';

interface Case {
  readonly dialect: StreamDialect;
  readonly cut: Cut;
  readonly after: number;
  readonly events: number;
  readonly model: string;
}

/** Streams are cut after each event, in each way; a second upstream could answer. */
export const g08: Goal = {
  id: 'g08',
  title: 'streams cut after each event never look complete and are never spliced',
  async run({ share }) {
    const cases = listCases(scaled(MOST_EVENTS, share, 6));
    await using simulator = await startSimulator({ maxRecords: 0 });
    simulator.behave(
      'primary',
      cases.map(
        ({ model, cut, after, events }): Behaviour => ({
          match: { model },
          cut,
          cutAfterEvents: after,
          eventCount: events,
        }),
      ),
    );
    const endpoints = [
      endpoint('primary', simulator.baseUrl('primary'), 1, { max_failures: 1000 }),
      endpoint('secondary', simulator.baseUrl('secondary'), 2),
    ];
    await using gateway = await startGateway({
      timeouts: { first_content: TIMEOUT, idle: TIMEOUT },
      clusters: { main: cluster('openai', ...endpoints), claude: cluster('anthropic', ...endpoints) },
      routes: [
        { model: 'messages-*', cluster: 'claude' },
        { model: '*', cluster: 'main' },
      ],
    });
    await using client = openHttpClient();

    const problems: string[] = [];
    const ends = { secondary: 0, complete: 0, interrupted: 0 };
    const waiting = [...cases];
    const worker = async () => {
      for (let one = waiting.pop(); one; one = waiting.pop()) {
        const { end, problem } = await tryCase(client, gateway.url, one);
        ends[end]++;
        if (problem !== null) problems.push(`${one.model}: ${problem}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return [
      told('streams', cases.length),
      told('cut before content: answered by the secondary', ends.secondary),
      told('cut after the finish: complete', ends.complete),
      told('cut after content: interrupted', ends.interrupted),
      exactly('looked complete and were not, spliced, or ended without a sign', problems.length, 0, {
        detail: problems.slice(0, 20),
      }),
    ];
  },
};

function listCases(mostEvents: number): Case[] {
  return DIALECTS.flatMap((dialect) =>
    CUTS.flatMap((cut) =>
      Array.from({ length: mostEvents + LIFECYCLE_EVENTS }, (_, after) => ({
        dialect,
        cut,
        after,
        events: mostEvents,
        model: `${dialect}-${cut}-${after}`,
      })),
    ),
  );
}

interface Ending {
  readonly end: 'secondary' | 'complete' | 'interrupted';
  readonly problem: string | null;
}

async function tryCase(client: HttpClient, url: string, { dialect, model, events }: Case): Promise<Ending> {
  const reply = await client.post(url + STREAM_PATHS[dialect], streamRequest(dialect, model, model));
  const { text, terminated, failed } = readStream(dialect, reply.text);
  const said = (upstream: string) => `Hello from ${upstream}, you said: ${model}`;
  const primary = said('primary')
    .padEnd(events, said('primary'))
    .slice(0, Math.max(events, said('primary').length));
  if (reply.status !== 200) return { end: 'interrupted', problem: `status ${reply.status} ${reply.text}` };
  if (/�/.test(reply.text)) return { end: 'interrupted', problem: 'broken characters' };
  if (terminated && !failed && reply.broken === null) {
    if (text === said('secondary')) return { end: 'secondary', problem: null };
    return { end: 'complete', problem: text === primary ? null : `complete, but says: ${text}` };
  }
  if (text === '') return { end: 'interrupted', problem: 'a fault before content was not hidden' };
  if (!primary.startsWith(text)) return { end: 'interrupted', problem: `spliced: ${text}` };
  const told = failed && reply.broken !== null && !terminated;
  return {
    end: 'interrupted',
    problem: told ? null : `failed ${failed}, broken ${reply.broken}, terminated ${terminated}`,
  };
}

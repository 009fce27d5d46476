import { type LogLine, logLines } from '../support/log-lines.ts';

export interface StoryInput {
  /** Output of each process, by its name in the timeline. */
  readonly logs: Readonly<Record<string, string>>;
  /** Unix times in ms. */
  readonly diedMs: number;
  readonly healedMs: number;
}

/** What the logs tell of one death and recovery of `primary`; `...S` in seconds. */
export interface Story {
  readonly timeline: readonly string[];
  readonly opened: number;
  readonly switched: number;
  readonly returned: number;
  readonly failedCalls: number;
  /** From death until the last request before the first breaker opened in each replica. */
  readonly detectedS: number;
  /** From recovery. */
  readonly firstAnswerS: number;
  /** Of the requests in the first second after the primary's first answer, how many it got. */
  readonly firstShare: number;
  readonly lastShare: number;
}

interface Event {
  readonly atMs: number;
  readonly who: string;
  readonly what: string;
}

interface RequestLine extends LogLine {
  readonly endpoint: string;
  readonly trail: readonly { readonly endpoint: string; readonly result: string }[];
}

const TOLD: Readonly<Record<string, (line: LogLine) => string>> = {
  'breaker moved': ({ endpoint, from, to }) => `breaker of ${endpoint}: ${from} -> ${to}`,
  'switched to a fallback endpoint': ({ cluster, to, because }) =>
    `${cluster} switched to ${to} (${because})`,
  'returned from the fallback endpoint': ({ cluster, to }) => `${cluster} returned to ${to}`,
  'endpoint out of rotation': ({ endpoint, reason }) => `${endpoint} out of rotation: ${reason}`,
  'endpoint back in rotation': ({ endpoint }) => `${endpoint} back in rotation`,
  'endpoint enters the failure queue': ({ endpoint, reason }) =>
    `${endpoint} enters the failure queue: ${reason}`,
  'endpoint leaves the failure queue': ({ endpoint, reason }) =>
    `${endpoint} leaves the failure queue: ${reason}`,
  'endpoint health changed': ({ endpoint, from, to, reason }) => `${endpoint} ${from} -> ${to}: ${reason}`,
};
const SHARES = 6;

export function readStory({ logs, diedMs, healedMs }: StoryInput): Story {
  const events: Event[] = [
    { atMs: diedMs, who: 'provider', what: 'the primary dies' },
    { atMs: healedMs, who: 'provider', what: 'the primary is well again' },
  ];
  const requests: { atMs: number; who: string; line: RequestLine }[] = [];
  for (const [who, output] of Object.entries(logs)) {
    for (const line of logLines(output)) {
      const atMs = Date.parse(line.time);
      if (line.msg === 'request') requests.push({ atMs, who, line: line as RequestLine });
      else if (atMs >= diedMs && line.msg in TOLD) events.push({ atMs, who, what: TOLD[line.msg]!(line) });
    }
  }
  requests.sort((a, b) => a.atMs - b.atMs);
  const met = requests.filter(({ line }) =>
    line.trail.some(({ endpoint, result }) => endpoint === 'primary' && result !== 'ok'),
  );
  const served = requests.filter(({ line }) => line.endpoint === 'primary');
  const firstAnswer = served.find(({ atMs }) => atMs > healedMs);
  const endMs = requests.at(-1)?.atMs ?? healedMs;
  const shareIn = (fromMs: number, toMs: number) => {
    const inside = requests.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    return inside.filter(({ line }) => line.endpoint === 'primary').length / Math.max(1, inside.length);
  };
  const firsts = [met[0], met.at(-1)].flatMap((request, index) =>
    request
      ? [
          {
            atMs: request.atMs,
            who: request.who,
            what: `${index === 0 ? 'first' : 'last'} request that met the dead primary, answered by ${request.line.endpoint}`,
          },
        ]
      : [],
  );
  events.push(...firsts);
  const rampFromMs = firstAnswer?.atMs ?? endMs;
  if (firstAnswer) {
    events.push({ ...firstAnswer, what: 'first answer of the primary' });
    const step = (endMs - rampFromMs) / SHARES;
    for (let index = 0; index < SHARES; index++) {
      const fromMs = rampFromMs + index * step;
      const percent = Math.round(shareIn(fromMs, fromMs + step) * 100);
      events.push({
        atMs: fromMs + step,
        who: 'requests',
        what: `the primary answered ${percent} % since the line before`,
      });
    }
  }
  events.sort((a, b) => a.atMs - b.atMs);
  const whoTold = (pattern: RegExp) =>
    new Set(events.filter(({ what }) => pattern.test(what)).map(({ who }) => who)).size;
  const detected = new Map<string, number>();
  for (const { atMs, who } of met)
    if (!events.some((event) => event.who === who && / -> open$/.test(event.what) && event.atMs < atMs - 50))
      detected.set(who, atMs);
  return {
    timeline: events.map(
      ({ atMs, who, what }) =>
        `${((atMs - diedMs) / 1000).toFixed(1).padStart(6)} s  ${who.padEnd(9)}  ${what}`,
    ),
    opened: whoTold(/ -> open$/),
    switched: whoTold(/switched to/),
    returned: whoTold(/returned to/),
    failedCalls: met.length,
    detectedS: (Math.max(diedMs, ...detected.values()) - diedMs) / 1000,
    firstAnswerS: firstAnswer ? (firstAnswer.atMs - healedMs) / 1000 : Number.POSITIVE_INFINITY,
    firstShare: shareIn(rampFromMs, rampFromMs + 1000),
    lastShare: shareIn(endMs - 1000, endMs + 1),
  };
}

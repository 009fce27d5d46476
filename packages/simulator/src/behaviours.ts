import type { Answer, Behaviour, Match } from './behaviour.ts';
import type { Call } from './call.ts';

/** Stands for every upstream without behaviour of its own. */
export const EVERY_UPSTREAM = '*';

const HEALTHY: Answer = Object.freeze({});

interface Entry {
  readonly behaviour: Behaviour;
  /** The behaviour without what only says when it applies. */
  readonly answer: Answer;
  /** It may cut the connection before the body is read, and needs none of the body to decide. */
  readonly decidesUnread: boolean;
  left: number;
}

/** What a request shows before its body. */
type Unread = Pick<Call, 'upstream' | 'token' | 'path'>;

export interface Behaviours {
  set(upstream: string, behaviours: readonly Behaviour[]): void;
  delete(upstream: string): void;
  clear(): void;
  list(): Record<string, readonly Behaviour[]>;
  /** Uses up one turn of the first behaviour that fits. */
  take(call: Unread & Pick<Call, 'model' | 'stream'>, random: () => number): Answer;
  /** The same before the body is read, if the behaviour whose turn it is may cut the connection by then; else null, and nothing is used up. */
  takeUnread(request: Unread, random: () => number): Answer | null;
}

/** What each upstream does, and how many requests each behaviour still serves. */
export function createBehaviours(): Behaviours {
  const upstreams = new Map<string, Entry[]>();
  const entriesOf = (upstream: string) => upstreams.get(upstream) ?? upstreams.get(EVERY_UPSTREAM);

  return {
    set: (upstream, behaviours) =>
      void upstreams.set(
        upstream,
        behaviours.map((behaviour, index) => ({
          behaviour,
          answer: answerAlone(behaviour),
          decidesUnread: decidesUnread(behaviour),
          left: behaviour.times ?? (index === behaviours.length - 1 ? Number.POSITIVE_INFINITY : 1),
        })),
      ),
    delete: (upstream) => void upstreams.delete(upstream),
    clear: () => upstreams.clear(),
    list: () =>
      Object.fromEntries(
        [...upstreams].map(([name, entries]) => [name, entries.map(({ behaviour }) => behaviour)]),
      ),
    take(call, random) {
      const { model, stream } = call;
      const entry = entriesOf(call.upstream)?.find(
        ({ behaviour: { match }, left }) =>
          left > 0 && fitsHead(match, call) && fitsBody(match, model, stream),
      );
      return entry ? use(entry, call, random) : HEALTHY;
    },
    takeUnread(request, random) {
      const entry = entriesOf(request.upstream)?.find(
        ({ behaviour: { match }, left }) => left > 0 && fitsHead(match, request),
      );
      return entry?.decidesUnread ? use(entry, request, random) : null;
    },
  };
}

function decidesUnread({ match, oneOf = [], tokens = {}, ...answer }: Behaviour): boolean {
  if (match?.model !== undefined || match?.stream !== undefined) return false;
  return [answer, ...oneOf, ...Object.values(tokens)].some(
    ({ reset, close }) => reset === 'on_accept' || close === 'on_accept',
  );
}

function answerAlone(behaviour: Behaviour): Answer {
  const {
    times: _times,
    match: _match,
    probability: _probability,
    oneOf: _oneOf,
    tokens: _tokens,
    ...answer
  } = behaviour;
  return answer;
}

function use(entry: Entry, { token }: Unread, random: () => number): Answer {
  const { probability, oneOf, tokens } = entry.behaviour;
  if (probability !== undefined && random() >= probability) return HEALTHY;
  entry.left -= 1;
  const drawn = oneOf?.[Math.floor(random() * oneOf.length)];
  const forToken = token === null ? undefined : tokens?.[token];
  return forToken ?? (drawn ? { ...entry.answer, ...drawn } : entry.answer);
}

function fitsHead(match: Match | undefined, { token, path }: Unread): boolean {
  return !match || (fits(match.token, token) && fits(match.path, path));
}

function fitsBody(match: Match | undefined, model: string | null, stream: boolean): boolean {
  return !match || (fits(match.model, model) && (match.stream === undefined || match.stream === stream));
}

function fits(pattern: string | undefined, value: string | null): boolean {
  if (pattern === undefined) return true;
  if (value === null) return false;
  if (!pattern.includes('*')) return pattern === value;
  const escaped = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's').test(value);
}

import { chatRequest, judgeEcho, requestName } from '../../support/chat.ts';
import type { HttpClient, Reply } from '../../support/http-client.ts';
import { startLoad } from '../../support/load.ts';
import { readStream } from '../../support/read-stream.ts';
import type { GatewayProcess } from '../../support/start-service.ts';

/** Clients of both gateways: plain answers, streams, and a model behind a token pool. */
export interface Clients extends AsyncDisposable {
  /** Answers since the mark, good ones and others. */
  answered(): number;
  /** What was wrong with answers since the start, the first few. */
  problems(): readonly string[];
  /** Left of the client limit, by the last answer of each gateway; at the mark; now. */
  remaining(when?: 'at the mark'): readonly number[];
  mark(): void;
}

const RATE = 25;
const SHOWN = 5;

export function startClients(gateways: readonly GatewayProcess[], http: HttpClient): Clients {
  const problems: string[] = [];
  const remaining: number[] = [];
  let marked: readonly number[] = [];
  let answered = 0;
  const urls = gateways.map(({ url }) => `${url}/v1/chat/completions`);
  // Every kind of request to every gateway.
  const isStream = (n: number) => n % 6 > 3;
  const modelOf = (n: number) => (n % 6 < 2 ? 'pooled' : 'gpt-4o');
  const load = startLoad({
    rate: RATE,
    send: (n) =>
      http.post(
        urls[n % urls.length]!,
        chatRequest(modelOf(n), requestName(n), isStream(n) ? { stream: true } : {}),
      ),
    judge(reply, n) {
      answered++;
      remaining[n % urls.length] = Number(reply.headers['ratelimit-remaining']);
      const problem = isStream(n) ? judgeStream(reply, n) : judgeEcho(reply, n);
      if (problem !== null && problems.length < SHOWN)
        problems.push(`request ${n}: ${problem}: ${reply.text.slice(0, 500)}`);
      return problem;
    },
  });
  return {
    answered: () => answered,
    problems: () => problems,
    remaining: (when) => (when ? marked : remaining),
    mark() {
      answered = 0;
      marked = [...remaining];
    },
    async [Symbol.asyncDispose]() {
      await load.stop();
    },
  };
}

function judgeStream(reply: Reply, n: number): string | null {
  if (reply.status !== 200) return `status ${reply.status}`;
  const { text, terminated, failed } = readStream('chat', reply.text);
  if (reply.broken !== null || failed || !terminated) return 'a broken stream';
  return text.includes(requestName(n)) ? null : 'the stream of another request';
}

import type { Simulator } from '@holdfast/simulator/simulator';
import { type ConfigFile, chat, startGateway, type TestGateway } from '../start-gateway.ts';

/** The four conversational ways to ask; what holds for one must hold for all. */
export const WAYS = ['chat', 'chat stream', 'messages', 'messages stream'] as const;

export const isStream = (way: string): boolean => way.endsWith('stream');
export const protocolOf = (way: string): 'openai' | 'anthropic' =>
  way.startsWith('messages') ? 'anthropic' : 'openai';

/** Path and body of one request. */
export function requestFor(way: string, model = 'gpt-4o'): { path: string; body: Record<string, unknown> } {
  const stream = isStream(way) ? { stream: true } : {};
  switch (way.split(' ')[0]) {
    case 'messages':
      return { path: '/v1/messages', body: chat(model, { max_tokens: 100, ...stream }) };
    case 'completions':
      return { path: '/v1/completions', body: { model, prompt: 'Hi', ...stream } };
    case 'responses':
      return { path: '/v1/responses', body: { model, input: 'Hi', ...stream } };
    default:
      return { path: '/v1/chat/completions', body: chat(model, stream) };
  }
}

export interface PairOptions {
  /** Base URL of the endpoint that fails. */
  readonly primary: string;
  /** Base URL of the endpoint that helps; null: there is none. */
  readonly secondary: string | null;
  readonly protocol?: 'openai' | 'anthropic';
  readonly more?: ConfigFile;
}

/** One cluster: `primary` in the first tier, `secondary` in the second. A single failure opens a breaker, so that a penalty shows at once. */
export function pair({ primary, secondary, protocol = 'openai', more = {} }: PairOptions): ConfigFile {
  const endpoint = (name: string, base_url: string, priority: number) => ({
    name,
    base_url,
    api_key: `sk-${name}-c4n4ry`,
    priority,
    // A test's short timers are for the one that fails: the helper may be slow on a busy machine.
    ...(priority === 2 ? { timeout: '20s' } : {}),
  });
  return {
    clusters: {
      main: {
        protocol,
        endpoints: [
          endpoint('primary', primary, 1),
          ...(secondary === null ? [] : [endpoint('secondary', secondary, 2)]),
        ],
      },
    },
    routes: [{ model: '*', cluster: 'main' }],
    breaker: { max_failures: 1 },
    ...more,
  };
}

/** The pair with both endpoints at the simulator, by their names. */
export const simulatedPair = (simulator: Simulator, way: string, more: ConfigFile = {}) =>
  startGateway(
    pair({
      primary: simulator.baseUrl('primary'),
      secondary: simulator.baseUrl('secondary'),
      protocol: protocolOf(way),
      more,
    }),
  );

/** An answer read to its end. `broken`: its connection was cut before the chunked end. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly broken: boolean;
}

export async function read(response: Response): Promise<ReadAnswer> {
  let text = '';
  const decoder = new TextDecoder();
  const { status, headers } = response;
  try {
    for await (const chunk of response.body!) text += decoder.decode(chunk, { stream: true });
    return { status, headers, text: text + decoder.decode(), broken: false };
  } catch {
    return { status, headers, text, broken: true };
  }
}

export async function ask(gateway: TestGateway, way: string, model?: string): Promise<ReadAnswer> {
  const { path, body } = requestFor(way, model);
  return read(await gateway.post(path, body));
}

/** What the answer says, whole or streamed, whatever the dialect. */
export function saidIn({ text }: Pick<ReadAnswer, 'text'>): string {
  const documents = text.startsWith('{')
    ? [text]
    : text
        .split(/\r\n|\n|\r/)
        .filter((line) => /^data: ?\{/.test(line))
        .map((line) => line.slice(5));
  return documents.map((document) => textOf(JSON.parse(document))).join('');
}

interface AnyEvent {
  readonly type?: string;
  readonly choices?: readonly {
    readonly text?: string;
    readonly message?: { readonly content?: string | null };
    readonly delta?: { readonly content?: string | null };
  }[];
  readonly content?: readonly { readonly text?: string }[];
  readonly delta?: string | { readonly text?: string };
  readonly output?: readonly { readonly content?: readonly { readonly text?: string }[] }[];
}

function textOf({ type, choices, content, delta, output }: AnyEvent): string {
  if (choices)
    return choices
      .map((choice) => choice.text ?? choice.message?.content ?? choice.delta?.content ?? '')
      .join('');
  if (content) return content.map((block) => block.text ?? '').join('');
  if (output)
    return output
      .flatMap((item) => item.content ?? [])
      .map((part) => part.text ?? '')
      .join('');
  if (typeof delta === 'string') return type === 'response.output_text.delta' ? delta : '';
  return delta?.text ?? '';
}

/** The stream ended as its dialect ends, on a connection that ended as HTTP does. */
export function endedWell({ text, broken }: ReadAnswer, way: string): boolean {
  if (broken) return false;
  if (!isStream(way)) return true;
  if (way.startsWith('messages')) return /event: message_stop/.test(text);
  if (way.startsWith('responses')) return /"type":"response\.completed"/.test(text);
  return text.trimEnd().endsWith('data: [DONE]');
}

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code?: string | null;
    readonly param?: string | null;
    readonly attempts?: readonly { endpoint: string; result: string; status: number | null }[];
  };
  readonly type?: string;
  readonly request_id?: string;
}

export const errorIn = ({ text }: Pick<ReadAnswer, 'text'>): ErrorBody['error'] =>
  (JSON.parse(text) as ErrorBody).error;

/** Nothing of the provider's is in what the client got: no page, no address, no key, no header of its. */
export function leaksIn(answer: ReadAnswer): string[] {
  const said = `${answer.text}\n${[...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')}`;
  const forbidden = [
    /<\w+[^>]*>/,
    /\bhttps?:\/\//,
    /127\.0\.0\.1/,
    /c4n4ry/,
    /nginx|cloudflare/i,
    /^(?:server|set-cookie|location|www-authenticate|x-ratelimit[\w-]*|cf-[\w-]+):/im,
    /\bat .+\.(?:ts|js):\d+/,
    /ECONN|UND_ERR|HPE_|ENOTFOUND/,
  ];
  return forbidden.filter((pattern) => pattern.test(said)).map(String);
}

/** The line of the last request. */
export const lastLine = (gateway: TestGateway) => gateway.gateway.accessLog.recent().at(-1)!;

/** The code of the catalogue under which each attempt of the last request was booked. */
export function codesOf(gateway: TestGateway): string[] {
  return lastLine(gateway).trail.map(({ code }) => code);
}

export const breakerOpen = async (gateway: TestGateway, endpoint = 'primary'): Promise<boolean> =>
  (await gateway.metric(
    `holdfast_breaker_state{llm_cluster="main",llm_endpoint="${endpoint}",state="open"}`,
  )) === 1;

/** Whether the next request would be sent to the endpoint: what a penalty comes to. */
export async function inRotation(gateway: TestGateway, way: string, model?: string): Promise<boolean> {
  const answer = await ask(gateway, way, model);
  return answer.headers.get('x-holdfast-endpoint') === 'primary';
}

/** Requests in flight by the gateway's own gauge. */
export const inFlight = (gateway: TestGateway) =>
  gateway.metric('holdfast_in_flight_requests{llm_cluster="main"}');

/** Resolves once the gateway works on nothing any more. */
export async function idle(gateway: TestGateway): Promise<void> {
  const untilMs = Date.now() + 5000;
  while (gateway.gateway.exchanges.size > 0) {
    if (Date.now() > untilMs)
      throw new Error(`${gateway.gateway.exchanges.size} requests are still under way`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

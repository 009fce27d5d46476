import type { Protocol } from '@holdfast/config/types';
import { type Dispatcher, request } from 'undici';

export interface Question {
  readonly gatewayUrl: string;
  readonly protocol: Protocol;
  readonly model: string;
  readonly stream: boolean;
  /** Its number, so that no two requests are alike and no cache answers. */
  readonly number: number;
  readonly timeoutMs: number;
}

/** How one request of a drill ended, as its client saw it. */
export interface Reply {
  /** A complete answer with content, be it canned. */
  readonly ok: boolean;
  /** An error as it should be: a status that is one (or an event in a stream), JSON in the client's dialect. */
  readonly honest: boolean;
  /** In a few words, e.g. `502 all_attempts_failed`; null when ok. */
  readonly error: string | null;
  readonly tookMs: number;
  /** By which the gateway knows it; null without a response. */
  readonly requestId: string | null;
}

/** Sends one chat request and reads its answer to the end. Never rejects. */
export async function ask(question: Question, dispatcher: Dispatcher): Promise<Reply> {
  const startedMs = performance.now();
  let requestId: string | null = null;
  const ended = (reply: Omit<Reply, 'tookMs' | 'requestId'>): Reply => ({
    ...reply,
    tookMs: performance.now() - startedMs,
    requestId,
  });
  const { gatewayUrl, protocol, model, stream, number, timeoutMs } = question;
  const body = {
    model,
    stream,
    max_tokens: 64,
    messages: [{ role: 'user', content: `Drill request ${number}: are you there?` }],
  };
  try {
    const response = await request(
      gatewayUrl + (protocol === 'anthropic' ? '/v1/messages' : '/v1/chat/completions'),
      {
        method: 'POST',
        dispatcher,
        signal: AbortSignal.timeout(timeoutMs),
        headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
        body: JSON.stringify(body),
      },
    );
    requestId = String(response.headers['x-request-id']);
    const text = await response.body.text();
    const isStream = String(response.headers['content-type']).startsWith('text/event-stream');
    const error = isStream ? errorInStream(text) : errorInJson(response.statusCode, text);
    return ended(error === null ? { ok: true, honest: true, error } : { ok: false, ...error });
  } catch (error) {
    const isLate = (error as Error).name === 'TimeoutError';
    return ended({ ok: false, honest: false, error: isLate ? 'no answer in time' : 'connection broken' });
  }
}

type Failure = { readonly honest: boolean; readonly error: string };

function errorInJson(status: number, text: string): Failure | null {
  const { error, choices, content } = parse(text) ?? {};
  if (error) return { honest: status >= 400, error: `${status} ${error.code ?? error.type}` };
  const said = choices?.[0]?.message?.content || content?.[0]?.text;
  return said ? null : { honest: false, error: `${status} without an answer` };
}

function errorInStream(text: string): Failure | null {
  const events = text.split('\n').flatMap((line) => {
    const data = line.startsWith('data: ') ? parse(line.slice(6)) : null;
    return data === null ? [] : [data];
  });
  const failed = events.find(({ error }) => error);
  if (failed) return { honest: true, error: `stream ${failed.error!.code ?? failed.error!.type}` };
  const hasContent = events.some(({ choices, delta }) => choices?.[0]?.delta?.content || delta?.text);
  const isComplete = text.includes('data: [DONE]') || text.includes('"message_stop"');
  return hasContent && isComplete ? null : { honest: false, error: 'stream without an end' };
}

/** What a drill looks at in either dialect's answer, event or error. */
interface Message {
  readonly error?: { readonly code?: string | null; readonly type?: string };
  readonly choices?: readonly {
    readonly message?: { content?: string };
    readonly delta?: { content?: string };
  }[];
  readonly content?: readonly { readonly text?: string }[];
  readonly delta?: { readonly text?: string };
}

function parse(text: string): Message | null {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

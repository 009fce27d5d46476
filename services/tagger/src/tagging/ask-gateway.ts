import { type Dispatcher, request } from 'undici';
import type { CallOutcome } from './job.ts';
import { judgeReply, type Reply, refusesJsonMode } from './judge-reply.ts';
import { taggingRequest } from './prompt.ts';

export interface GatewayTarget {
  /** Base URL of the gateway, without `/v1`. */
  readonly url: string;
  /** The client key, where the gateway asks for one. */
  readonly key: string | null;
  /** Longer than the gateway's own deadline, so that it is the gateway that says what went wrong. */
  readonly timeoutMs: number;
}

export interface Question {
  readonly model: string;
  readonly text: string;
  readonly anyLanguage: boolean;
  /** Cuts the call, at shutdown. */
  readonly signal: AbortSignal;
}

export type AskGateway = (question: Question) => Promise<CallOutcome>;

/** Nothing was sent: the gateway is not there, and no call was made. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'UND_ERR_CONNECT_TIMEOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const UNREACHABLE_PAUSE_MS = 1000;

/**
 * Asks the gateway like any other client for the tags of one text. Never throws. Low priority, so that interactive requests
 * go first; honest errors instead of canned texts; and no cached answers, or a malformed one would come back at each retry.
 */
export function createAskGateway(
  dispatcher: Dispatcher,
  target: () => GatewayTarget,
  now: () => number,
): AskGateway {
  const withoutJsonMode = new Set<string>();

  async function send({ model, text, signal }: Question): Promise<Reply> {
    const { url, key } = target();
    const { statusCode, headers, body } = await request(`${url}/v1/chat/completions`, {
      dispatcher,
      signal,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'x-holdfast-fallback': 'off',
        'x-holdfast-priority': 'low',
        'x-holdfast-cache': 'bypass',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(taggingRequest(model, text, { jsonMode: !withoutJsonMode.has(model) })),
      // The gateway answers whole bodies late; the one deadline is the timer below.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { status: statusCode, headers: flatten(headers), body: await body.text() };
  }

  return async (question) => {
    const { model, text, anyLanguage, signal } = question;
    const timeout = new AbortController();
    const { timeoutMs } = target();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    const cut = () => timeout.abort();
    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) cut();
    try {
      const reply = await send({ ...question, signal: timeout.signal });
      if (refusesJsonMode(reply) && !withoutJsonMode.has(model)) {
        withoutJsonMode.add(model);
        return { kind: 'failed', reason: 'the model has no JSON mode', retryAfterMs: 0, sameModel: true };
      }
      return judgeReply(reply, { text, anyLanguage, nowMs: now() });
    } catch (error) {
      if (signal.aborted) return { kind: 'not_called', reason: 'cut at shutdown', retryAfterMs: 0 };
      if (timeout.signal.aborted) return failed(`no answer within ${Math.round(timeoutMs / 1000)} s`);
      const code = errorCode(error);
      return UNREACHABLE.has(code)
        ? {
            kind: 'not_called',
            reason: `the gateway is unreachable (${code})`,
            retryAfterMs: UNREACHABLE_PAUSE_MS,
          }
        : failed(`the exchange with the gateway broke (${code})`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cut);
    }
  };
}

const failed = (reason: string): CallOutcome => ({
  kind: 'failed',
  reason,
  retryAfterMs: null,
  sameModel: true,
});

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** Node's or undici's code; several addresses that all failed come as one AggregateError. */
function errorCode(error: unknown): string {
  const { code, errors, name } = error as { code?: unknown; errors?: unknown[]; name?: unknown };
  if (typeof code === 'string') return code;
  const [first] = Array.isArray(errors) ? errors : [];
  return first === undefined ? String(name) : errorCode(first);
}

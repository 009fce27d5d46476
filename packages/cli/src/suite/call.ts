/** One HTTP answer as JSON; null where the body is none. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface CallOptions {
  /** Sent as JSON with POST; without it, it is a GET. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;

/** There is no answer; the message says why in a few words. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Calls once and follows no redirect, so that a key goes nowhere else. Rejects with NoAnswer. */
export async function call(
  url: string,
  { body, headers = {}, timeoutMs = TIMEOUT_MS }: CallOptions = {},
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: response.status, body: parse(await response.text()) };
  } catch (error) {
    throw new NoAnswer(reasonOf(error as Error, timeoutMs));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
};

function reasonOf(error: Error, timeoutMs: number): string {
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const { code, message } = (error.cause ?? error) as { code?: string; message: string };
  return (code && REASONS[code]) ?? code ?? message;
}

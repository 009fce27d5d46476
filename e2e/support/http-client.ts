import { Agent, request } from 'undici';

/** What came back. `status` 0: no response; `broken`: the body ended without its HTTP end; `aborted` when the signal did it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly broken: string | null;
  /** Unix time in ms. */
  readonly startedAt: number;
  readonly tookMs: number;
  /** Until the first byte of the body. */
  readonly firstByteMs: number;
}

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Each piece of the body as it arrives. */
  readonly onData?: (piece: Buffer) => void;
}

/** An HTTP client over keep-alive connections that follows nothing, retries nothing and reports everything. */
export interface HttpClient extends AsyncDisposable {
  post(url: string, body: unknown, options?: PostOptions): Promise<Reply>;
  get(url: string): Promise<Reply>;
}

export function openHttpClient(): HttpClient {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 });

  async function send(
    url: string,
    method: 'GET' | 'POST',
    body: string | null,
    { headers = {}, signal, onData }: PostOptions,
  ): Promise<Reply> {
    const startedAt = Date.now();
    const started = performance.now();
    let firstByteMs = 0;
    let status = 0;
    let answered: Record<string, string> = {};
    const pieces: Buffer[] = [];
    let broken: string | null = null;
    try {
      const response = await request(url, {
        dispatcher: agent,
        method,
        body,
        headers: { ...(body === null ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(signal ? { signal } : {}),
      });
      status = response.statusCode;
      answered = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
      );
      for await (const piece of response.body) {
        if (pieces.length === 0) firstByteMs = performance.now() - started;
        pieces.push(piece);
        onData?.(piece);
      }
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      broken = signal?.aborted ? 'aborted' : (code ?? message);
    }
    return {
      status,
      headers: answered,
      text: Buffer.concat(pieces).toString(),
      broken,
      startedAt,
      tookMs: performance.now() - started,
      firstByteMs,
    };
  }

  return {
    post: (url, body, options = {}) =>
      send(url, 'POST', typeof body === 'string' ? body : JSON.stringify(body), options),
    get: (url) => send(url, 'GET', null, {}),
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

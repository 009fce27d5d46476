import { finished } from 'node:stream/promises';
import { Agent, request } from 'undici';

export interface Received {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  /** The body's pieces as the HTTP parser handed them out. */
  readonly chunks: readonly Buffer[];
  readonly body: Buffer;
  readonly text: string;
}

export interface SendOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface Client extends AsyncDisposable {
  send(url: string, body?: unknown, options?: SendOptions): Promise<Received>;
}

/** A client with connections of its own that nothing outlives. Failures of the connection reject with undici's error. */
export function openClient(options: Agent.Options = {}): Client {
  const agent = new Agent({ headersTimeout: 5_000, bodyTimeout: 5_000, ...options });
  return {
    async send(url, body, { method = body === undefined ? 'GET' : 'POST', token, headers, signal } = {}) {
      const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      const response = await request(url, {
        method,
        dispatcher: agent,
        signal: signal ?? null,
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body: payload ?? null,
      });
      const chunks: Buffer[] = [];
      // An async iterator would join what has piled up; the events hand out the pieces one by one.
      response.body.on('data', (chunk: Buffer) => chunks.push(chunk));
      await finished(response.body);
      const whole = Buffer.concat(chunks);
      return {
        status: response.statusCode,
        headers: response.headers,
        chunks,
        body: whole,
        text: whole.toString(),
      };
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

/** A chat request with one user message. */
export function chat(content = 'hello', fields: object = {}) {
  return { model: 'gpt-4o-mini', messages: [{ role: 'user', content }], ...fields };
}

/** An Anthropic request with one user message; send it with `anthropicHeaders`. */
export function message(content = 'hello', fields: object = {}) {
  return { model: 'claude-sonnet-5', max_tokens: 100, messages: [{ role: 'user', content }], ...fields };
}

export const anthropicHeaders = { 'anthropic-version': '2023-06-01' };

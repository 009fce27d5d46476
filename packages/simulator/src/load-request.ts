import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** How one request of the load ended, as its client saw it. */
export interface LoadResult {
  readonly ok: boolean;
  /** null: no response. */
  readonly status: number | null;
  readonly model: string;
  readonly stream: boolean;
  readonly durationMs: number;
  /** `x-holdfast-fallback` of the answer. */
  readonly fallback: string | null;
  /** Why there was no complete answer. */
  readonly error: string | null;
}

export interface LoadRequest {
  readonly url: URL;
  readonly agent: Agent;
  readonly model: string;
  readonly stream: boolean;
  readonly prompt: string;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
}

/** Sends one chat request and reads its answer to the end. Never rejects. */
export function sendLoadRequest({
  url,
  agent,
  model,
  stream,
  prompt,
  apiKey,
  timeoutMs,
}: LoadRequest): Promise<LoadResult> {
  const startedAt = performance.now();
  const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content: prompt }] });
  return new Promise((resolve) => {
    let response: IncomingMessage | undefined;
    const ended = (error: string | null) => {
      clearTimeout(timer);
      const status = response?.statusCode ?? null;
      const fallback = response?.headers['x-holdfast-fallback'];
      resolve({
        ok: error === null && status === 200,
        status,
        model,
        stream,
        durationMs: performance.now() - startedAt,
        fallback: typeof fallback === 'string' ? fallback : null,
        error,
      });
    };
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
    });
    const timer = setTimeout(() => request.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    // Also tells of a connection that breaks while the response is read.
    request.on('error', (error) => ended(error.message));
    request.on('response', (started) => {
      response = started;
      let tail = '';
      started.on('data', (chunk: Buffer) => {
        tail = (tail + chunk.toString('latin1')).slice(-64);
      });
      started.on('error', (error) => ended(error.message));
      started.on('end', () => {
        const cut = stream && started.statusCode === 200 && !tail.includes('[DONE]');
        ended(cut ? 'the stream has no end' : null);
      });
    });
    request.end(body);
  });
}

import { Writable } from 'node:stream';
import type { Config } from '@holdfast/config/types';
import { createLogger } from '@holdfast/runtime/logger';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { composeTagger, type Tagger } from '../src/compose.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly body: any;
}

export type CallApi = (
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<ApiAnswer>;

/** A tagger in this process, with its API at hand and its log lines kept. */
export interface RunningTagger extends AsyncDisposable {
  readonly tagger: Tagger;
  readonly api: CallApi;
  readonly logged: () => string;
}

export async function startTagger(
  config: Config,
  options: { now?: () => number } = {},
): Promise<RunningTagger> {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const logger = createLogger({ service: 'tagger', level: 'debug', destination });
  const tagger = await composeTagger({
    config,
    state: createInProcessState(),
    logger,
    random: () => 0,
    ...options,
  });
  return {
    tagger,
    api: apiAt(tagger.url),
    logged: () => lines.join(''),
    [Symbol.asyncDispose]: () => tagger.close(),
  };
}

/** Calls an API: an object or list is sent as JSON, text as it stands. */
export function apiAt(url: string): CallApi {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  };
}

/** Asks until the answer is a value; rejects after `withinMs`. */
export async function until<T>(
  ask: () => Promise<T | null | undefined | false>,
  withinMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`did not come true within ${withinMs} ms: ${ask}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

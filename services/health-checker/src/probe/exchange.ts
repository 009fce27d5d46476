import { transportCause } from '@holdfast/core/transport-cause';
import type { Observation } from '@holdfast/core/verdict';
import { flatHeaders } from '@holdfast/dialects/response-headers';
import type { Pool } from 'undici';

export interface ProbeCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ExchangeOptions {
  readonly pool: Pool;
  /** Over everything: connecting, headers, body. */
  readonly timeoutMs: number;
  /** Aborted when the process ends. */
  readonly shutdown: AbortSignal;
}

/** One exchange: the whole response whatever its status, or why there is none. */
export type Exchange =
  | {
      readonly status: number;
      /** Lower-case names; repeated ones as one list. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
      readonly latencyMs: number;
    }
  | { readonly failure: Observation; readonly latencyMs: number };

/** Calls once, on a connection of its own, following no redirect. Never throws. */
export async function exchange(
  call: ProbeCall,
  { pool, timeoutMs, shutdown }: ExchangeOptions,
): Promise<Exchange> {
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  const controller = new AbortController();
  let endedBy: 'timeout' | 'shutdown' | null = null;
  const end = (by: 'timeout' | 'shutdown') => {
    endedBy ??= by;
    controller.abort();
  };
  const timer = setTimeout(() => end('timeout'), timeoutMs);
  const onShutdown = () => end('shutdown');
  shutdown.addEventListener('abort', onShutdown);
  if (shutdown.aborted) onShutdown();
  let headersSeen = false;
  try {
    // `reset`: a kept-alive connection that went stale would say nothing about the endpoint.
    const response = await pool.request({ ...call, signal: controller.signal, reset: true });
    headersSeen = true;
    const body = Buffer.from(await response.body.arrayBuffer());
    return {
      status: response.statusCode,
      headers: flatHeaders(response.headers),
      body,
      latencyMs: elapsedMs(),
    };
  } catch (error) {
    const latencyMs = elapsedMs();
    if (endedBy === 'shutdown') return { failure: { kind: 'cancelled', by: 'shutdown' }, latencyMs };
    if (endedBy === 'timeout')
      return { failure: { kind: 'timeout', timer: 'first_content', afterMs: timeoutMs }, latencyMs };
    return {
      failure: { kind: 'transport', ...transportCause(error, headersSeen), reusedSocket: false },
      latencyMs,
    };
  } finally {
    clearTimeout(timer);
    shutdown.removeEventListener('abort', onShutdown);
  }
}

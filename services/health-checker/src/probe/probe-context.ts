import { ANTHROPIC_VERSION, credentialHeader } from '@holdfast/dialects/upstream-call';
import type { Target } from '../target.ts';
import { type Exchange, exchange } from './exchange.ts';

/** What every probe of a target needs. */
export interface ProbeContext {
  readonly target: Target;
  /** The credential to use; null for an endpoint without. */
  readonly credential: string | null;
  readonly timeoutMs: number;
  readonly shutdown: AbortSignal;
  /** Epoch ms. */
  readonly now: () => number;
  readonly random: () => number;
}

/** Calls the target as a client of its protocol would; `path` is the whole request target. */
export function callTarget(
  { target, credential, timeoutMs, shutdown }: ProbeContext,
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): Promise<Exchange> {
  const { endpoint } = target;
  const { protocol, headers } = endpoint;
  const call = {
    method,
    path,
    headers: {
      'accept-encoding': 'identity',
      'user-agent': 'holdfast-health-checker',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(protocol === 'anthropic' ? { 'anthropic-version': ANTHROPIC_VERSION } : {}),
      ...(credential === null ? {} : Object.fromEntries([credentialHeader(endpoint, credential)])),
      ...headers,
    },
  };
  return exchange(body === undefined ? call : { ...call, body }, { pool: target.pool, timeoutMs, shutdown });
}

export function judgeContext({ target, now }: ProbeContext): { pooled: boolean; nowMs: number } {
  return { pooled: target.tokenPool !== null, nowMs: now() };
}

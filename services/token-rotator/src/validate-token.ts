import type { Endpoint, PoolToken } from '@holdfast/config/types';
import { classify } from '@holdfast/core/classify/classify';
import type { TokenEvent } from '@holdfast/core/tokens/token-state';
import { verdictToTokenEvent } from '@holdfast/core/tokens/verdict-to-token-event';
import type { AttemptResult } from '@holdfast/core/verdict';
import { MAX_ERROR_BYTES, readErrorBody } from '@holdfast/dialects/errors/read-error-body';
import { flatHeaders } from '@holdfast/dialects/response-headers';
import { ANTHROPIC_VERSION, credentialHeader, modelsPath } from '@holdfast/dialects/upstream-call';
import { type Dispatcher, request } from 'undici';

/**
 * `valid`: the provider knows the token. `invalid`: it does not. `limited`: it does, and named a limit. `unknown`: the answer says
 * nothing about the token (no model list here, the provider is down).
 */
export type ValidationResult = 'valid' | 'invalid' | 'limited' | 'unknown';

export interface Validation {
  readonly result: ValidationResult;
  /** For the token's state; null when there is nothing to learn. */
  readonly event: TokenEvent | null;
}

export interface ValidateOptions {
  readonly endpoint: Endpoint;
  readonly token: PoolToken;
  readonly dispatcher: Dispatcher;
  readonly timeoutMs: number;
  readonly now: () => number;
}

const LIMITS: ReadonlySet<AttemptResult> = new Set<AttemptResult>(['rate_limited', 'quota_exhausted']);
const UNKNOWN: Validation = { result: 'unknown', event: null };
const VALID: Validation = { result: 'valid', event: { kind: 'validated' } };
/** A key that may not list models is a key all the same (OpenAI's restricted keys). */
const RESTRICTED_KEY = /insufficient permissions|missing scopes/i;

/** Asks for the model list with the token: the cheapest call there is, which no quota counts. Never rejects, never tells the token. */
export async function validateToken({
  endpoint,
  token,
  dispatcher,
  timeoutMs,
  now,
}: ValidateOptions): Promise<Validation> {
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(), timeoutMs);
  try {
    const { statusCode, headers, body } = await request(new URL(modelsPath(endpoint), endpoint.baseUrl), {
      dispatcher,
      signal: aborter.signal,
      headers: modelsHeaders(endpoint, token.value),
    });
    if (statusCode >= 200 && statusCode < 300) {
      await body.dump();
      return VALID;
    }
    const bytes = await readAtMost(body, MAX_ERROR_BYTES);
    return judge(statusCode, flatHeaders(headers), bytes, token, now());
  } catch {
    return UNKNOWN; // a transport's error speaks of the way, not of the token
  } finally {
    clearTimeout(timer);
  }
}

function judge(
  status: number,
  headers: Record<string, string>,
  bytes: Buffer,
  token: PoolToken,
  nowMs: number,
): Validation {
  const { error, body } = readErrorBody(bytes);
  if ((status === 401 || status === 403) && RESTRICTED_KEY.test(error.message)) return VALID;
  // No model was asked for, so a bare 401 is no wall before one.
  if (status === 401) return { result: 'invalid', event: { kind: 'dead' } };
  const verdict = classify({ kind: 'refused', status, headers, error, body }, { nowMs, pooled: true });
  const change = verdictToTokenEvent(verdict, { token: token.name, account: token.account, model: '' });
  if (change?.kind !== 'token') return UNKNOWN;
  const { event } = change;
  if (event.kind === 'dead') return { result: 'invalid', event };
  if (event.kind === 'bench' && event.model === null) return { result: 'limited', event };
  // Whatever is meant for one model is not meant for the model list; but who has a limit is known.
  return LIMITS.has(verdict.result) ? { result: 'limited', event: null } : UNKNOWN;
}

function modelsHeaders(endpoint: Endpoint, value: string): Record<string, string> {
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...(endpoint.protocol === 'anthropic' ? { 'anthropic-version': ANTHROPIC_VERSION } : {}),
    ...endpoint.headers,
    ...Object.fromEntries([credentialHeader(endpoint, value)]),
  };
}

async function readAtMost(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks);
}

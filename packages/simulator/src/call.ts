import type { IncomingHttpHeaders } from 'node:http';
import { isRecord, type Json } from './json.ts';
import type { Operation } from './request-target.ts';

/** One request, read as far as the answers need it. */
export interface Call {
  readonly upstream: string;
  readonly path: string;
  readonly operation: Operation;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** null: not a JSON object. */
  readonly json: Json | null;
  readonly model: string | null;
  readonly token: string | null;
  readonly stream: boolean;
  /** Counts requests; ids in answers derive from it. */
  readonly sequence: number;
}

export type Protocol = 'openai' | 'anthropic';

/** The dialect errors and lists are written in. The models list has one path for both; Anthropic's clients always send their version. */
export function protocolOf({ operation, headers }: Pick<Call, 'operation' | 'headers'>): Protocol {
  if (operation === 'messages' || operation === 'count_tokens') return 'anthropic';
  return 'anthropic-version' in headers ? 'anthropic' : 'openai';
}

/** Bearer token, x-api-key or Azure's api-key; null without one. */
export function readToken(headers: IncomingHttpHeaders): string | null {
  const { authorization } = headers;
  if (authorization !== undefined) return /^bearer\s+(.*)$/i.exec(authorization)?.[1] ?? authorization;
  const key = headers['x-api-key'] ?? headers['api-key'];
  return typeof key === 'string' ? key : null;
}

export function readModel(json: Json | null): string | null {
  return typeof json?.model === 'string' ? json.model : null;
}

/** The body as a JSON object; null for anything else. */
export function readJson(body: Buffer): Json | null {
  if (body.length === 0) return null;
  try {
    const value: unknown = JSON.parse(body.toString());
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

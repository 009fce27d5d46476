import type { CachePolicy } from '@holdfast/config/policies';
import { z } from 'zod';

/** A whole answer as its client got it. */
export interface StoredAnswer {
  readonly key: string;
  /** Epoch ms. */
  readonly storedAtMs: number;
  /** JSON, or all events of a stream. */
  readonly bytes: Buffer;
  /** Who gave it. */
  readonly cluster: string;
  readonly endpoint: string;
  readonly fallback: 'none' | 'endpoint';
  /** Fields of the request that it was given without. */
  readonly dropped: readonly string[];
}

export const isFresh = ({ storedAtMs }: StoredAnswer, { ttlMs }: CachePolicy, nowMs: number): boolean =>
  nowMs < storedAtMs + ttlMs;

/** Past its time, and still better than no answer. */
export const mayReplaceFailure = (
  { storedAtMs }: StoredAnswer,
  { ttlMs, staleIfErrorMs }: CachePolicy,
  nowMs: number,
): boolean => nowMs < storedAtMs + ttlMs + staleIfErrorMs;

const schema = z.object({
  key: z.string(),
  stored_at: z.number(),
  cluster: z.string(),
  endpoint: z.string(),
  fallback: z.enum(['none', 'endpoint']),
  dropped: z.array(z.string()).default([]),
  body: z.string().min(1),
});

/** As the shared store keeps it. The bytes are known to be UTF-8. */
export function encodeAnswer({ storedAtMs, bytes, ...answer }: StoredAnswer): string {
  return JSON.stringify({ ...answer, stored_at: storedAtMs, body: bytes.toString() });
}

/** Null for what is none, or is another's: a value says itself whose it is (FAULTS I06). */
export function decodeAnswer(key: string, text: string): StoredAnswer | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success || parsed.data.key !== key) return null;
  const { stored_at, body, ...answer } = parsed.data;
  return { ...answer, storedAtMs: stored_at, bytes: Buffer.from(body) };
}

import type { PoolEvent } from '@holdfast/core/tokens/pool-state';
import { sendError } from '@holdfast/runtime/http-error';
import type { KeyGuards } from '@holdfast/runtime/require-key';
import express, { type Request, type Response, Router } from 'express';
import type { PoolBook } from '../pool-book.ts';
import type { ValidationResult } from '../validate-token.ts';
import { type PoolRequest, type ReadResult, readPoolQuery, readPoolRequest } from './read-body.ts';
import { type TokenStats, tokenStats } from './token-stats.ts';

export interface TokenRoutesOptions {
  readonly book: PoolBook;
  readonly guards: KeyGuards;
  /** Resolves when the event is part of the book; rejects with `StateUnavailable`. */
  readonly submit: (pool: string, event: PoolEvent) => Promise<void>;
  readonly validateAll: (pool: string) => Promise<Map<string, ValidationResult> | null>;
  readonly now: () => number;
}

/** The API of docs/token-rotator.md; `validate` is what the CLI's `tokens emergency` shows. */
export function tokenRoutes({ book, guards, submit, validateAll, now }: TokenRoutesOptions): Router {
  const router = Router();
  const readJson = express.json({ limit: '10kb' });
  const names = () => book.entries().map(({ pool }) => pool.name);
  const statsOf = (pool: string): TokenStats => tokenStats(book.find(pool) ?? null, names(), now());

  router.get('/v1/tokens/stats', guards.read, (request, response) => {
    const entry = taken(response, readPoolQuery(request.query.pool, book));
    if (entry !== undefined) response.json(tokenStats(entry, names(), now()));
  });

  router.post('/v1/tokens/reset', guards.write, readJson, async (request, response) => {
    const asked = takenRequest(request, response);
    if (!asked) return;
    await submit(asked.entry.pool.name, { kind: 'reset', token: asked.token });
    response.json(statsOf(asked.entry.pool.name));
  });

  router.post('/v1/tokens/rotate', guards.write, readJson, async (request, response) => {
    const asked = takenRequest(request, response);
    if (!asked) return;
    await submit(asked.entry.pool.name, { kind: 'rotate', to: asked.token });
    response.json(statsOf(asked.entry.pool.name));
  });

  // Drops what was guessed, then asks the provider about every token of the pool, or of all pools.
  router.post('/v1/tokens/validate', guards.write, readJson, async (request, response) => {
    const isAll = request.body === undefined || Object.keys(request.body).length === 0;
    const asked = isAll ? null : takenRequest(request, response);
    if (!isAll && !asked) return;
    const pools = [];
    for (const pool of asked ? [asked.entry.pool.name] : names()) pools.push(await validatePool(pool));
    response.json({ pools });
  });

  async function validatePool(pool: string) {
    for (const { name } of book.find(pool)?.pool.tokens ?? []) {
      await submit(pool, { kind: 'token', token: name, event: { kind: 'acquitted' } });
    }
    const results = await validateAll(pool);
    const { tokens, current_token } = statsOf(pool);
    return {
      pool,
      current_token,
      tokens: tokens.map((token) => ({ ...token, validation: results?.get(token.key) ?? 'not_checked' })),
    };
  }

  function takenRequest(request: Request, response: Response): PoolRequest | undefined {
    return taken(response, readPoolRequest(request.body, book));
  }

  return router;
}

/** What was read; an error is sent, and undefined returned. */
function taken<T>(response: Response, read: ReadResult<T>): T | undefined {
  if ('ok' in read) return read.ok;
  sendError(response, read.error);
  return undefined;
}

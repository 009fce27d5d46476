import type { HttpError } from '@holdfast/runtime/http-error';
import type { PoolBook, PoolEntry } from '../pool-book.ts';

export interface PoolRequest {
  readonly entry: PoolEntry;
  /** The name of one of the pool's tokens. */
  readonly token: string | null;
}

export type ReadResult<T> = { readonly ok: T } | { readonly error: HttpError };

const FIELDS = ['pool', 'token'];

/** `{pool, token?}` of the mutating routes; what is wrong with it names the field. */
export function readPoolRequest(body: unknown, book: PoolBook): ReadResult<PoolRequest> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return {
      error: badField('body', 'must be a JSON object such as {"pool": "github"}, sent as application/json'),
    };
  }
  const { pool, token } = body as { pool?: unknown; token?: unknown };
  const unknown = Object.keys(body).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined)
    return { error: badField(unknown.slice(0, 100), `is not known; there are ${FIELDS.join(', ')}`) };
  if (typeof pool !== 'string' || pool === '')
    return { error: badField('pool', 'must be the name of a token pool') };
  const entry = book.find(pool);
  if (!entry) return { error: unknownPool(pool, book) };
  if (token === undefined || token === null) return { ok: { entry, token: null } };
  const names = entry.pool.tokens.map(({ name }) => name);
  if (typeof token !== 'string' || !names.includes(token)) {
    return { error: badField('token', `must be the name of a token of pool '${pool}': ${names.join(', ')}`) };
  }
  return { ok: { entry, token } };
}

/** `?pool=`, else the first pool; null when none is configured. */
export function readPoolQuery(pool: unknown, book: PoolBook): ReadResult<PoolEntry | null> {
  if (pool === undefined) return { ok: book.entries()[0] ?? null };
  if (typeof pool !== 'string') return { error: badField('pool', 'may be given once only') };
  const entry = book.find(pool);
  return entry ? { ok: entry } : { error: unknownPool(pool, book) };
}

function badField(param: string, problem: string): HttpError {
  return { status: 400, code: 'invalid_field', message: `'${param}' ${problem}.`, param };
}

function unknownPool(pool: string, book: PoolBook): HttpError {
  const names = book.entries().map((entry) => entry.pool.name);
  const known = names.length === 0 ? 'no token pool is configured' : `there are ${names.join(', ')}`;
  return {
    status: 404,
    code: 'pool_not_found',
    message: `There is no token pool '${pool.slice(0, 100)}': ${known}.`,
    param: 'pool',
  };
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { sendError } from './http-error.ts';

/** The two guards of the operations API. An empty list of keys guards nothing. */
export interface KeyGuards {
  /** Reading routes: a client key or an admin key, when there are client keys. */
  readonly read: RequestHandler;
  /** Mutating routes: an admin key and nothing else, when there are admin keys. */
  readonly write: RequestHandler;
}

export function keyGuards(
  keys: () => { readonly client: readonly string[]; readonly admin: readonly string[] },
): KeyGuards {
  const guard =
    (name: string, accepted: () => readonly string[] | null): RequestHandler =>
    (request, response, next) => {
      const allowed = accepted();
      if (allowed === null || holdsOneOf(request, allowed)) return next();
      sendError(response, { status: 401, code: 'invalid_api_key', message: `This route needs ${name} key.` });
    };
  return {
    read: guard('a client or admin', () => {
      const { client, admin } = keys();
      return client.length === 0 ? null : [...client, ...admin];
    }),
    write: guard('an admin', () => {
      const { admin } = keys();
      return admin.length === 0 ? null : admin;
    }),
  };
}

function holdsOneOf(request: Request, keys: readonly string[]): boolean {
  const given = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '')?.[1] ?? request.get('x-api-key');
  if (given === undefined) return false;
  const digest = sha256(given);
  // Every key is compared, and digests have one length: the time taken tells nothing.
  return keys.filter((key) => timingSafeEqual(digest, sha256(key))).length > 0;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

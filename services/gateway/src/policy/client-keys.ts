import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { NamedKey } from '@holdfast/config/types';

/** Whoever sent the right key, by the key's name; `null` when keys are asked for and none fits. */
export type Identify = (headers: IncomingHttpHeaders) => string | null;

const ANYONE = 'anonymous';

/**
 * Recognises keys by the SHA-256 of the whole key, so that neither a prefix nor the time of a comparison tells anything.
 * A right key is hashed once: after that a map finds it, which compares no text before its own seeded hash of the whole
 * has matched. With no keys configured everybody is let in.
 */
export function createIdentify(keys: readonly NamedKey[]): Identify {
  if (keys.length === 0) return () => ANYONE;
  const names = new Map(keys.map(({ name, key }) => [digest(key), name]));
  const recognised = new Map<string, string>();
  return (headers) => {
    const key = presentedKey(headers);
    if (key === null) return null;
    const known = recognised.get(key);
    if (known !== undefined) return known;
    const name = names.get(digest(key)) ?? null;
    if (name !== null) recognised.set(key, name);
    return name;
  };
}

/** The key of `Authorization: Bearer` or `x-api-key`. */
function presentedKey(headers: IncomingHttpHeaders): string | null {
  const { authorization } = headers;
  if (authorization !== undefined && /^bearer /i.test(authorization)) return authorization.slice(7).trim();
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' ? apiKey : null;
}

const digest = (key: string): string => hash('sha256', key, 'base64');

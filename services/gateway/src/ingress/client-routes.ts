import type { DialectName } from '@holdfast/dialects/dialect';
import { dialects } from '@holdfast/dialects/dialects';

const NAMES = Object.keys(dialects) as DialectName[];

const pathBelowV1 = (name: DialectName): string => dialects[name].upstreamPath.replace(/^\/v1/, '');

/** Where clients speak a dialect. */
export const clientPath = (name: DialectName): string => `/v1${pathBelowV1(name)}`;

/** What exists, for the 404 that lists it. */
export const clientPaths: readonly string[] = NAMES.map((name) => `POST ${clientPath(name)}`);

/** A missing or doubled `/v1` is a common slip in a base URL and is tolerated. */
export const PREFIXES = ['', '/v1', '/v1/v1'];

/** The client API: exact paths only, so that no spelling of a path can reach anything else (FAULTS C03). */
const TABLE: ReadonlyMap<string, DialectName> = new Map(
  PREFIXES.flatMap((prefix) => NAMES.map((name) => [prefix + pathBelowV1(name), name] as const)),
);

/** The dialect served at this request target, or undefined. The query is not part of the path. */
export function dialectAt(target: string): DialectName | undefined {
  const direct = TABLE.get(target);
  if (direct) return direct;
  const query = target.indexOf('?');
  return query < 0 ? undefined : TABLE.get(target.slice(0, query));
}

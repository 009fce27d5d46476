import type { DialectName } from '@holdfast/dialects/dialect';

/** The client API: exact paths only, so that no spelling of a path can reach anything else. */
const CLIENT_PATHS: Readonly<Record<string, DialectName>> = {
  '/chat/completions': 'openai-chat',
  '/completions': 'openai-completions',
  '/responses': 'openai-responses',
  '/embeddings': 'openai-embeddings',
  '/images/generations': 'openai-images',
  '/moderations': 'openai-moderations',
  '/messages': 'anthropic-messages',
  '/messages/count_tokens': 'anthropic-count-tokens',
};

/** Where clients speak a dialect. */
export const clientPath = (dialect: DialectName): string =>
  `/v1${Object.entries(CLIENT_PATHS).find(([, served]) => served === dialect)![0]}`;

/** A missing or doubled `/v1` is a common slip in a base URL and is tolerated. */
export const PREFIXES = ['', '/v1', '/v1/v1'];

const TABLE: ReadonlyMap<string, DialectName> = new Map(
  PREFIXES.flatMap((prefix) =>
    Object.entries(CLIENT_PATHS).map(([path, dialect]) => [prefix + path, dialect] as const),
  ),
);

/** The dialect served at this request target, or undefined. The query is not part of the path. */
export function dialectAt(target: string): DialectName | undefined {
  const direct = TABLE.get(target);
  if (direct) return direct;
  const query = target.indexOf('?');
  return query < 0 ? undefined : TABLE.get(target.slice(0, query));
}

/** What exists, for the 404 that lists it. */
export const clientPaths: readonly string[] = Object.keys(CLIENT_PATHS).map((path) => `POST /v1${path}`);

/** Where Redis is, as the configuration's URL says. */
export type RedisTarget = (
  | { readonly kind: 'single'; readonly address: RedisAddress }
  | { readonly kind: 'sentinel'; readonly sentinels: readonly RedisAddress[]; readonly master: string }
  | { readonly kind: 'cluster'; readonly seeds: readonly RedisAddress[] }
) & {
  readonly tls: boolean;
  readonly username: string | null;
  readonly password: string | null;
  /** Database index; always 0 in a cluster. */
  readonly db: number;
};

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;
const FORM = /^(rediss?)([+-](?:sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?(?:#(.+))?$/;

/**
 * Reads `redis://[user:password@]host[:port][/db]` and `rediss://` (TLS), sentinels as
 * `redis+sentinel://[user:password@]host:port,host:port/master[/db]` (also `redis-sentinel://hosts/db#master`), and a
 * cluster as a comma list (`redis://a:7001,b:7002`, each part may repeat the scheme) or `redis+cluster://seed`.
 * Throws an Error whose message never repeats the URL, which may hold a password.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const [, scheme, suffix, credentials, hosts, path, fragment] = FORM.exec(joinSchemes(url)) ?? [];
  if (!scheme || !hosts) throw new Error('redis url: expected redis://host:port or one of its forms');
  const variant = suffix?.slice(1);
  const addresses = hosts
    .split(',')
    .map((host) => readAddress(host, variant === 'sentinel' ? SENTINEL_PORT : REDIS_PORT));
  const shared = { tls: scheme === 'rediss', ...readCredentials(credentials) };

  if (variant === 'sentinel') {
    const parts = (path ?? '').split('/').filter(Boolean);
    const master = fragment ?? parts.shift();
    if (!master) throw new Error("redis url: the sentinel form ends in the master's name, e.g. /mymaster");
    return {
      kind: 'sentinel',
      sentinels: addresses,
      master: decodeURIComponent(master),
      db: readDb(parts[0]),
      ...shared,
    };
  }
  if (variant === 'cluster' || addresses.length > 1) {
    if (readDb(path) !== 0) throw new Error('redis url: a cluster has only database 0');
    return { kind: 'cluster', seeds: addresses, db: 0, ...shared };
  }
  return { kind: 'single', address: addresses[0]!, db: readDb(path), ...shared };
}

/** `redis://a,redis://b` means the same as `redis://a,b`. */
function joinSchemes(url: string): string {
  return url.trim().replace(/,\s*(?:rediss?:\/\/)?(?:[^@,/]*@)?/g, ',');
}

function readAddress(text: string, defaultPort: number): RedisAddress {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = port === undefined ? defaultPort : Number(port);
  if (!host || number < 1 || number > 65535)
    throw new Error('redis url: a host is not of the form host:port');
  return { host, port: number };
}

function readCredentials(text: string | undefined): { username: string | null; password: string | null } {
  if (!text) return { username: null, password: null };
  const colon = text.indexOf(':');
  // `redis://secret@host` names a password alone, as redis-cli and Lettuce read it.
  if (colon === -1) return { username: null, password: decodeURIComponent(text) };
  return {
    username: decodeURIComponent(text.slice(0, colon)) || null,
    password: decodeURIComponent(text.slice(colon + 1)) || null,
  };
}

function readDb(text: string | undefined): number {
  if (!text) return 0;
  if (!/^\d{1,4}$/.test(text)) throw new Error('redis url: the database is a number, e.g. /0');
  return Number(text);
}

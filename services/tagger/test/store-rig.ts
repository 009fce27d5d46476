import { afterEach, beforeEach } from '@jest/globals';
import { type OpenTables, openTables } from '../src/store/open-tables.ts';

export const NOW = 1_800_000_000_000;
export const LEASE_MS = 15_000;
export const SUCCESS = { status: 'success', attempts: 1, tags: ['a', 'b'] } as const;

/** For each test the tables of an empty database. */
export function useTables(freshUrl: () => Promise<string>) {
  let url: string;
  let tables: OpenTables;
  beforeEach(async () => {
    url = await freshUrl();
    tables = await openTables(url, 4, NOW);
  });
  afterEach(() => tables.close());

  return {
    get url() {
      return url;
    },
    get tables() {
      return tables;
    },
    /** Posts `<user>-0000`, `<user>-0001`, ... */
    create(count: number, userId = 'u1') {
      const id = (index: number) => `${userId}-${String(index).padStart(4, '0')}`;
      const posts = Array.from({ length: count }, (_, index) => ({ id: id(index), text: 'a post' }));
      return tables.posts.create(userId, posts, NOW);
    },
    claim: (limit: number, owner = 'w1', nowMs = NOW) =>
      tables.queue.claim({ owner, limit, nowMs, untilMs: nowMs + LEASE_MS }),
    find: async (id: string) => (await tables.posts.find(id))!,
    retry: (more: object = {}) =>
      tables.requeue.retry({ userId: 'u1', force: false, limit: 100, maxAttempts: 5, nowMs: NOW, ...more }),
  };
}

export const failed = (attempts: number) => ({ status: 'failed', attempts, error: '502' }) as const;

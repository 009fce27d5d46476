import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import type { Tables } from './tables.ts';

export interface PostgresOptions {
  readonly connections: number;
  /** 0: no limit. */
  readonly queryTimeoutMs?: number;
}

/** No query of the tagger takes long; one that does has met a database that hangs. */
const QUERY_TIMEOUT_MS = 5000;
const CONNECT_TIMEOUT_MS = 3000;
const INT8 = 20;

/** A pool that connects when it is first used and again after every loss. */
export function openPostgres(
  url: string,
  { connections, queryTimeoutMs = QUERY_TIMEOUT_MS }: PostgresOptions,
): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryTimeoutMs,
    statement_timeout: queryTimeoutMs,
    application_name: 'holdfast-tagger',
    // Counts and epoch milliseconds fit a number.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // A lost connection is reported by these events too, in use or not, and nobody else listens; the next query notices for itself.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return new Kysely({ dialect: new PostgresDialect({ pool: discardingPool(pool) }) });
}

/**
 * A connection whose query failed other than by the database's own answer is not used again: after a time-out its next
 * answer would belong to the query before (FAULTS I06).
 */
function discardingPool(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      let broken = false;
      const guarded = {
        async query(sql: string, parameters: readonly unknown[]) {
          try {
            return await client.query(sql, [...parameters]);
          } catch (error) {
            broken ||= !(error instanceof pg.DatabaseError);
            throw error;
          }
        },
        release: (destroy?: boolean) => client.release(destroy === true || broken),
      };
      return guarded as unknown as PostgresPoolClient;
    },
  };
}

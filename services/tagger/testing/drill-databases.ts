import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillDatabase } from './crash-drill.ts';
import { type PostgresServer, query } from './postgres-server.ts';

const TABLE = 'create table tag_writes (post_id text not null)';
/** How long the database is away: longer than any patience of a single call. */
const AWAY_MS = 3000;

/** A SQLite file cannot crash without its process; it is locked by another one instead. */
export function sqliteDrill(file: string): DrillDatabase {
  return {
    async query(sql) {
      const database = new DatabaseSync(file, { timeout: 5000 });
      try {
        return database.prepare(sql).all();
      } finally {
        database.close();
      }
    },
    auditStatements: [
      TABLE,
      `create trigger audit_tags after update of tags on posts begin insert into tag_writes values (new.id); end`,
    ],
    async crash() {
      const holder = new DatabaseSync(file, { timeout: 5000 });
      holder.exec('begin immediate');
      await sleep(AWAY_MS);
      holder.close();
    },
  };
}

/** `kill -9` of the server process. */
export function postgresDrill(server: PostgresServer, url: string): DrillDatabase {
  return {
    query: (sql) => query(url, sql),
    auditStatements: [
      TABLE,
      `create function audit_tags() returns trigger language plpgsql as 'begin insert into tag_writes values (new.id); return new; end'`,
      'create trigger audit_tags after update of tags on posts for each row execute function audit_tags()',
    ],
    async crash() {
      await server.kill();
      await sleep(AWAY_MS);
      await server.start();
    },
  };
}

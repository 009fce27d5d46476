import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What the stack's parts know each other by. Each folder is a volume of its own, mounted only where it is needed: `redis`
 * and `postgres` by those servers, `grafana` by Grafana, `state` by the suite's processes, `database` by the tagger.
 */
export interface SecretsOptions {
  readonly directory: string;
  /** Chosen by the operator; otherwise one is generated. */
  readonly grafanaPassword?: string | undefined;
}

/**
 * Creates what is missing and keeps what is there, so that an upgrade finds its data again. Passwords have 256 random bits.
 * The files are readable by every user, because the servers have different ones: who may read is decided by who mounts.
 */
export function writeStackSecrets({ directory, grafanaPassword }: SecretsOptions): void {
  const redisPassword = kept(directory, 'redis/password');
  const postgresPassword = kept(directory, 'postgres/password');
  write(directory, 'redis/users.acl', redisUsers(redisPassword));
  write(directory, 'state/redis-url', `redis://holdfast:${redisPassword}@redis:6379`);
  write(directory, 'database/database-url', `postgres://holdfast:${postgresPassword}@postgres:5432/holdfast`);
  if (grafanaPassword) write(directory, 'grafana/admin-password', grafanaPassword);
  else kept(directory, 'grafana/admin-password');
}

/**
 * Redis ACL: the suite's user sees its own keys and channels and may run its scripts, but no command that reads or harms
 * the server; nobody else may do anything.
 */
function redisUsers(password: string): string {
  const hash = createHash('sha256').update(password).digest('hex');
  const allowed =
    '+@read +@write +@connection +time +publish +subscribe +unsubscribe -@dangerous -@scripting +eval +evalsha';
  return `user default reset off\nuser holdfast reset on #${hash} ~holdfast:v1:* &holdfast:v1:* ${allowed}\n`;
}

function kept(directory: string, name: string): string {
  const file = path.join(directory, name);
  if (!existsSync(file)) write(directory, name, randomBytes(32).toString('hex'));
  return readFileSync(file, 'utf8');
}

/** By renaming, so that an interrupted start leaves no half a secret. */
function write(directory: string, name: string, text: string): void {
  const file = path.join(directory, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text, { mode: 0o444 });
  renameSync(`${file}.new`, file);
}

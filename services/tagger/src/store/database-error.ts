/** SQLite's primary result codes (sqlite.org/rescode.html). */
const SQLITE = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  full: 13,
  cannotOpen: 14,
  mismatch: 20,
} as const;
const SQLITE_OUTAGES: ReadonlySet<number> = new Set([
  SQLITE.busy,
  SQLITE.locked,
  SQLITE.noMemory,
  SQLITE.readOnly,
  SQLITE.ioError,
  SQLITE.full,
  SQLITE.cannotOpen,
]);
/**
 * SQLSTATEs (PostgreSQL manual, appendix A) that say nothing against the query: connection, transaction rollback
 * (deadlock), resources (disk full, connections), operator intervention, I/O; and a standby's read-only transaction.
 */
const POSTGRES_OUTAGE = /^(?:08|40|53|57|58)|^25006$/;
/** The value does not fit the type of the column: not a number, too large, no UUID, too long. */
const POSTGRES_MISMATCH: ReadonlySet<unknown> = new Set(['22P02', '22003', '22001', '22007']);

function sqliteCode(error: unknown): number | null {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : null;
}

const sqlState = (error: unknown): string | null => {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof code === 'string' && severity !== undefined ? code : null;
};

/** Another process holds the lock just now. */
export const isBusy = (error: unknown): boolean => {
  const code = sqliteCode(error);
  return code === SQLITE.busy || code === SQLITE.locked;
};

/** The database is away, full or locked: the same call may work later. */
export function isOutage(error: unknown): boolean {
  const sqlite = sqliteCode(error);
  if (sqlite !== null) return SQLITE_OUTAGES.has(sqlite);
  const state = sqlState(error);
  if (state !== null) return POSTGRES_OUTAGE.test(state);
  return isSystemError(error) || isDriverError(error);
}

/** A value does not fit a column of a table whose types are not ours. */
export function isTypeMismatch(error: unknown): boolean {
  return sqliteCode(error) === SQLITE.mismatch || POSTGRES_MISMATCH.has(sqlState(error));
}

/** Sockets and files: `ECONNREFUSED`, `ENOENT`, `ENOSPC`, ... */
const isSystemError = (error: unknown): boolean => {
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  return (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) || Array.isArray(errors);
};

/** pg words the loss of a connection and its own time-outs without a code. */
const DRIVER_MESSAGES =
  /^(?:Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client (?:has encountered a connection error|was closed)|Cannot use a pool after)/;
const isDriverError = (error: unknown): boolean =>
  error instanceof Error && DRIVER_MESSAGES.test(error.message);

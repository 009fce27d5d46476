import type { Writable } from 'node:stream';
import { destination } from 'pino';

/** Request lines as plain JSON, written in batches; null on a terminal, where they go through the readable logger. */
export function accessLogStream(): Writable | null {
  if (process.stdout.isTTY) return null;
  return destination({ dest: 1, sync: false, minLength: 8192, periodicFlush: 500 }) as unknown as Writable;
}

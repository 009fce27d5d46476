import { writeSync, write as writeTo } from 'node:fs';

/** Writes lines to a file descriptor in batches, without blocking the event loop. */
export interface LineWriter {
  /** Takes a whole line, its line break included. */
  write(line: string): void;
  /** Writes what is left, at once. */
  close(): void;
}

export interface LineWriterOptions {
  readonly fd: number;
  /** Lines wait at most this long. */
  readonly intervalMs?: number;
}

/** About a hundred lines: per line this costs a tenth of pino's own destination. */
const BATCH_BYTES = 64 * 1024;
/** Of one UTF-16 unit in UTF-8. */
const MOST_BYTES = 3;
/** A reader that is this far behind loses the oldest batches rather than taking our memory. */
const MAX_WAITING_BATCHES = 256;
const TRY_AGAIN_MS = 50;

export function createLineWriter({ fd, intervalMs = 250 }: LineWriterOptions): LineWriter {
  // Bytes at once: lines that are kept as text are trees of their pieces, and work for the garbage collector.
  let open = Buffer.allocUnsafe(BATCH_BYTES);
  let filled = 0;
  let waiting: Buffer[] = [];
  let writing = false;

  function handOver(): void {
    if (filled === 0) return;
    waiting.push(open.subarray(0, filled));
    open = Buffer.allocUnsafe(BATCH_BYTES);
    filled = 0;
    if (waiting.length > MAX_WAITING_BATCHES) waiting.splice(1, 1);
    if (!writing) writeNext();
  }

  function writeNext(): void {
    const batch = waiting[0];
    writing = batch !== undefined;
    if (!batch) return;
    writeTo(fd, batch, (error, written) => {
      if (error && error.code !== 'EAGAIN') {
        waiting = []; // nobody reads any more
        writing = false;
        return;
      }
      if (error) {
        setTimeout(writeNext, TRY_AGAIN_MS).unref();
        return;
      }
      if (written < batch.length) waiting[0] = batch.subarray(written);
      else waiting.shift();
      writeNext();
    });
  }

  const timer = setInterval(handOver, intervalMs);
  timer.unref();
  return {
    write(line) {
      const most = line.length * MOST_BYTES;
      if (most > open.length - filled) handOver();
      if (most > open.length) open = Buffer.allocUnsafe(most);
      filled += open.write(line, filled);
    },
    close() {
      clearInterval(timer);
      try {
        // What a write under way has taken is on its way already.
        for (const batch of [...waiting.slice(writing ? 1 : 0), open.subarray(0, filled)])
          writeSync(fd, batch);
      } catch {
        // Nobody reads any more.
      }
      filled = 0;
      waiting = waiting.slice(0, writing ? 1 : 0);
    },
  };
}

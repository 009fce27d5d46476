import { createLineWriter, type LineWriter } from '@holdfast/runtime/line-writer';

/** Request lines as plain JSON, written in batches; null on a terminal, where they go through the readable logger. */
export function accessLogStream(): LineWriter | null {
  if (process.stdout.isTTY) return null;
  const writer = createLineWriter({ fd: 1 });
  process.once('exit', () => writer.close());
  return writer;
}

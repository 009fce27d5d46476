import { createLineWriter, type LineWriter } from '@holdfast/runtime/line-writer';

/** Request lines as plain JSON, written in batches; null on a terminal, where they go through the readable logger unless JSON is asked for. */
export function accessLogStream(json: boolean): LineWriter | null {
  if (process.stdout.isTTY && !json) return null;
  const writer = createLineWriter({ fd: 1 });
  process.once('exit', () => writer.close());
  return writer;
}

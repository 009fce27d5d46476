import type { StreamReader } from '../dialect.ts';

/** A whole stream holds a whole answer: no error, no fault, content and an end. Uses the reader up. */
export function isComplete(reader: StreamReader, body: Buffer): boolean {
  const steps = [reader.push(body), reader.end()];
  return steps.every(({ error, fault }) => error === null && fault === null);
}

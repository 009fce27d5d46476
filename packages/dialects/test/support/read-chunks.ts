import type { DialectName, StreamStep } from '../../src/dialect.ts';
import { dialects } from '../../src/dialects.ts';

/** What a whole stream came to, however it was cut. */
export interface StreamReading {
  readonly bytes: Buffer;
  readonly content: boolean;
  readonly terminator: string | null;
  readonly error: StreamStep['error'];
  readonly fault: StreamStep['fault'];
  readonly closing: string;
  readonly finish: string | null;
  readonly finishSeen: boolean;
  readonly contentSeen: boolean;
  readonly model: string | null;
  readonly usage: unknown;
}

/** Reads `chunks` and, unless `ended` is false, the end of the body. */
export function readChunks(
  dialect: DialectName,
  chunks: readonly (string | Buffer)[],
  ended = true,
): StreamReading {
  const reader = dialects[dialect].openStream();
  const steps: StreamStep[] = chunks.map((chunk) => reader.push(Buffer.from(chunk)));
  if (ended) steps.push(reader.end());
  const one = <K extends 'terminator' | 'error' | 'fault'>(key: K) =>
    steps.find((step) => step[key] !== null)?.[key] ?? null;
  return {
    bytes: Buffer.concat(steps.flatMap(({ bytes }) => bytes ?? [])),
    content: steps.some(({ content }) => content),
    terminator: one('terminator')?.toString() ?? null,
    error: one('error'),
    fault: one('fault'),
    closing: reader.closing().toString(),
    finish: reader.finish,
    finishSeen: reader.finishSeen,
    contentSeen: reader.contentSeen,
    model: reader.model,
    usage: reader.usage,
  };
}

import type { DialectName, StreamReader, StreamStep } from '../../../src/dialect.ts';
import type { Conversation } from '../../../src/translate/conversation.ts';
import { translateStream } from '../../../src/translate/streams/translate-stream.ts';
import { conversationOf } from './conversation-of.ts';

export interface Told {
  /** All that a client gets, as a gateway writes it. */
  readonly body: Buffer;
  readonly steps: readonly StreamStep[];
  readonly reader: StreamReader;
  readonly error: StreamStep['error'];
  readonly fault: StreamStep['fault'];
}

/** Tells the chunks of a stream in `to` to a client that speaks `from`. */
export function told(
  from: DialectName,
  to: DialectName,
  chunks: readonly (string | Buffer)[],
  request: Partial<Conversation> = {},
): Told {
  const reader = translateStream(from, to, conversationOf(request));
  const steps = chunks.map((chunk) => reader.push(Buffer.from(chunk)));
  steps.push(reader.end());
  const error = steps.find((step) => step.error !== null)?.error ?? null;
  const fault = steps.find((step) => step.fault !== null)?.fault ?? null;
  const terminator = steps.find((step) => step.terminator !== null)?.terminator ?? Buffer.alloc(0);
  const bytes = steps.flatMap((step) => step.bytes ?? []);
  return { body: Buffer.concat([...bytes, reader.closing(), terminator]), steps, reader, error, fault };
}

import { isUtf8 } from 'node:buffer';
import type { Exchange } from '../ingress/exchange.ts';
import { MAX_ANSWER_BYTES } from './answer-cache.ts';

/** How a model says that it has said all it wanted, in every dialect. Cut, filtered and broken answers, and calls of tools, say something else. */
const SAID_ALL: ReadonlySet<string> = new Set(['stop', 'end_turn', 'stop_sequence', 'completed']);

/**
 * Whether an exchange's answer may be given again: whole, by the model that was asked for, in one piece. `bytes` are what
 * the client got.
 */
export function worthKeeping({ outcome, served, resume, dialect, stream }: Exchange, bytes: Buffer): boolean {
  if (outcome !== 'primary' && outcome !== 'fallback') return false;
  if (served.fallback === 'model' || resume?.spoken) return false;
  if (bytes.length > MAX_ANSWER_BYTES || !isUtf8(bytes)) return false;
  const answer = stream ? dialect.streamToAnswer(bytes) : bytes;
  if (answer === null) return false;
  const found = dialect.readAnswer(answer, 'application/json');
  if (found.kind !== 'ok' || found.filtered) return false;
  return found.finish === null ? !dialect.conversational : SAID_ALL.has(found.finish);
}

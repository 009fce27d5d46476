import type { BodyFault } from '@holdfast/core/verdict';
import type { AnswerFinding } from '../../src/dialect.ts';

/** Bytes of an answer: an object as JSON, a text as it is. */
export function bytes(body: unknown): Buffer {
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** What became of it in one word: `ok`, `filtered`, `error`, or the fault. */
export function inShort(finding: AnswerFinding): 'ok' | 'filtered' | 'error' | BodyFault {
  if (finding.kind === 'bad') return finding.fault;
  return finding.kind === 'ok' && finding.filtered ? 'filtered' : finding.kind;
}

import type { Usage } from '../dialect.ts';
import { parseObject } from '../json.ts';
import { charsIn } from '../request/input-chars.ts';
import { estimatedTokens } from './estimated-tokens.ts';

/** Where the dialects have what the model said. */
const SAID = ['choices', 'content', 'output'];

/** What an answer that tells no usage may have used. `answer` is whole; null: it was streamed, and its output is not known. */
export function estimateUsage(inputChars: number, answer: Buffer | null): Usage {
  const said = answer && parseObject(answer.toString());
  const outputChars = said ? SAID.reduce((chars, field) => chars + charsIn(said[field]), 0) : null;
  return {
    inputTokens: estimatedTokens(inputChars),
    outputTokens: outputChars === null ? null : estimatedTokens(outputChars),
  };
}

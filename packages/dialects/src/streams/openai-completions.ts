import type { StreamReader } from '../dialect.ts';
import { textOf } from '../json.ts';
import { choicesGrammar } from './openai-choices.ts';
import { readStream } from './read-stream.ts';

/** Reads a legacy completion stream (`object: "text_completion"`). */
export function openStream(): StreamReader {
  return readStream(
    choicesGrammar({
      object: 'text_completion',
      content: (choice) => textOf(choice.text) !== null,
      closingChoice: (index, finish) => ({ index, text: '', logprobs: null, finish_reason: finish }),
    }),
  );
}

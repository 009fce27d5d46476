import type { StreamReader } from '../dialect.ts';
import { saysSomething } from '../json.ts';
import { choicesGrammar } from './openai-choices.ts';
import { readStream } from './read-stream.ts';

/** Reads a legacy completion stream (`object: "text_completion"`). */
export function openStream(): StreamReader {
  return readStream(
    choicesGrammar({
      object: 'text_completion',
      content: (choice) => saysSomething(choice.text),
      closingChoice: (index, finish) => ({ index, text: '', logprobs: null, finish_reason: finish }),
    }),
  );
}

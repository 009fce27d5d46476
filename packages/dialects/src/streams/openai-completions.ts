import type { StreamReader } from '../dialect.ts';
import { saysSomething } from '../json.ts';
import { choicesGrammar } from './openai-choices.ts';
import { readStream } from './read-stream.ts';
import type { StreamGrammar } from './stream-grammar.ts';

/** Reads a legacy completion stream (`object: "text_completion"`). */
export function openStream(): StreamReader {
  return readStream(completionsGrammar(false));
}

export function openMeteredStream(): StreamReader {
  return readStream(completionsGrammar(true));
}

const completionsGrammar = (hidesUsage: boolean): StreamGrammar =>
  choicesGrammar({
    object: 'text_completion',
    content: (choice) => saysSomething(choice.text),
    closingChoice: (index, finish) => ({ index, text: '', logprobs: null, finish_reason: finish }),
    hidesUsage,
  });

import type { StreamReader } from '../dialect.ts';
import { isObject, type JsonObject, objectsIn, saysSomething } from '../json.ts';
import { choicesGrammar } from './openai-choices.ts';
import { readStream, type StreamListener } from './read-stream.ts';
import type { StreamGrammar } from './stream-grammar.ts';

/** Reads a chat completion stream (`object: "chat.completion.chunk"`). */
export function openStream(listener: StreamListener | null = null): StreamReader {
  return readStream(chatGrammar(false), listener);
}

export function openMeteredStream(): StreamReader {
  return readStream(chatGrammar(true));
}

const chatGrammar = (hidesUsage: boolean): StreamGrammar =>
  choicesGrammar({
    object: 'chat.completion.chunk',
    content: chatContent,
    closingChoice: (index, finish) => ({ index, delta: {}, logprobs: null, finish_reason: finish }),
    hidesUsage,
  });

/**
 * A role alone, white space, an empty `reasoning_details` are nothing yet. Some providers send a whole `message` in
 * place of a `delta`.
 */
function chatContent(choice: JsonObject): 'tool' | boolean {
  const delta = isObject(choice.delta) ? choice.delta : choice.message;
  if (!isObject(delta)) return false;
  if (objectsIn(delta.tool_calls).length > 0 || isObject(delta.function_call)) return 'tool';
  return (
    filled(delta.content) ||
    filled(delta.reasoning) ||
    filled(delta.reasoning_content) ||
    filled(delta.reasoning_details) ||
    filled(delta.refusal) ||
    filled(delta.images) ||
    isObject(delta.audio)
  );
}

function filled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : saysSomething(value);
}

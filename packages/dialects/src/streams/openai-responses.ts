import { usageIn } from '../answers/finding.ts';
import type { StreamReader } from '../dialect.ts';
import { isObject, type JsonObject, objectsIn, saysSomething, textOf } from '../json.ts';
import { failureIn } from './failure-in.ts';
import { readStream } from './read-stream.ts';
import { type EventMeaning, noFacts, type StreamGrammar } from './stream-grammar.ts';

/** Reads a stream of the Responses API: typed events, the last of which holds the whole response. */
export function openStream(): StreamReader {
  return readStream(responsesGrammar());
}

function responsesGrammar(): StreamGrammar {
  const facts = noFacts();

  function read(event: JsonObject, name: string | null): EventMeaning {
    const type = textOf(event.type) ?? name ?? '';
    const response = isObject(event.response) ? event.response : null;
    facts.model = textOf(response?.model) ?? facts.model;
    facts.usage = usageIn(response?.usage, 'input_tokens', 'output_tokens') ?? facts.usage;
    switch (type) {
      case 'response.completed':
      case 'response.incomplete':
        return readEnd(type, response ?? {});
      case 'response.failed':
      case 'response.cancelled':
        return failureIn(response ?? event, 'error') ?? 'other';
      case 'response.output_item.added':
        return isObject(event.item) && isCall(event.item) ? 'content' : 'other';
    }
    const failure = failureIn(event, name);
    if (failure !== null) return failure;
    // `response.output_text.delta`, `response.function_call_arguments.delta`, ...; `response.web_search_call.searching`, ...
    return (type.endsWith('.delta') && isSaid(event.delta)) || /_call\./.test(type) ? 'content' : 'other';
  }

  /** Some servers send nothing but this event. */
  function readEnd(type: string, response: JsonObject): EventMeaning {
    const details = isObject(response.incomplete_details) ? response.incomplete_details : {};
    facts.finish = type === 'response.completed' ? 'completed' : (textOf(details.reason) ?? 'incomplete');
    facts.finishSeen = true;
    if (objectsIn(response.output).some(isAnswer)) facts.contentSeen = true;
    return 'end';
  }

  function isCall(item: JsonObject): boolean {
    const found = textOf(item.type)?.endsWith('_call') ?? false;
    if (found) facts.toolSeen = true;
    return found;
  }

  function isAnswer(item: JsonObject): boolean {
    if (item.type === 'message')
      return objectsIn(item.content).some(
        (part) => saysSomething(part.text) || textOf(part.refusal) !== null,
      );
    return isCall(item);
  }

  // The terminator carries the whole response, which cannot be made up: without it the stream is cut short.
  return {
    facts,
    endsWithDone: false,
    read,
    needsContent: (finish) => finish === 'completed',
    closing: () => '',
  };
}

function isSaid(delta: unknown): boolean {
  return isObject(delta) || saysSomething(delta);
}

import { VALID_WHEN_EMPTY } from '../answers/anthropic-messages.ts';
import type { StreamReader } from '../dialect.ts';
import { countOf, isObject, type JsonObject, saysSomething, textOf } from '../json.ts';
import { failureIn } from './failure-in.ts';
import { readStream, type StreamListener } from './read-stream.ts';
import { type EventMeaning, noFacts, type StreamGrammar } from './stream-grammar.ts';

/** Reads a stream of Anthropic's Messages API (docs.anthropic.com, "Streaming messages"). */
export function openStream(listener: StreamListener | null = null): StreamReader {
  return readStream(messagesGrammar(), listener);
}

function messagesGrammar(): StreamGrammar {
  const facts = noFacts();

  function read(event: JsonObject, name: string | null): EventMeaning {
    const failure = failureIn(event, name);
    if (failure !== null) return failure;
    switch (textOf(event.type) ?? name) {
      case 'message_start':
        if (isObject(event.message)) {
          facts.model = textOf(event.message.model) ?? facts.model;
          readUsage(event.message.usage);
        }
        return 'other';
      case 'content_block_start':
        return isObject(event.content_block) && readBlock(event.content_block) ? 'content' : 'other';
      case 'content_block_delta':
        return isObject(event.delta) && hasText(event.delta) ? 'content' : 'other';
      case 'message_delta':
        readUsage(event.usage);
        if (isObject(event.delta)) {
          facts.finish = textOf(event.delta.stop_reason) ?? facts.finish;
          facts.finishSeen = facts.finish !== null;
        }
        return 'other';
      case 'message_stop':
        return 'end';
      default:
        return 'other';
    }
  }

  /** Text and thinking blocks start empty; a tool call is known by its start. */
  function readBlock(block: JsonObject): boolean {
    const type = textOf(block.type) ?? '';
    if (type === 'text' || type === 'thinking') return hasText(block);
    if (type.endsWith('tool_use')) facts.toolSeen = true;
    return type !== '';
  }

  /** Counts are cumulative, and each event may leave out what another one said. */
  function readUsage(usage: unknown): void {
    if (!isObject(usage)) return;
    facts.usage = {
      inputTokens: countOf(usage.input_tokens) ?? facts.usage?.inputTokens ?? null,
      outputTokens: countOf(usage.output_tokens) ?? facts.usage?.outputTokens ?? null,
    };
  }

  function closing(): string {
    let out = '';
    if (!facts.finishSeen) {
      const delta = { stop_reason: facts.toolSeen ? 'tool_use' : 'end_turn', stop_sequence: null };
      const usage = { output_tokens: facts.usage?.outputTokens ?? 0 };
      out += `event: message_delta\ndata: ${JSON.stringify({ type: 'message_delta', delta, usage })}\n\n`;
    }
    return facts.terminatorSeen ? out : `${out}event: message_stop\ndata: {"type":"message_stop"}\n\n`;
  }

  return {
    facts,
    endsWithDone: false,
    read,
    needsContent: (finish) => !VALID_WHEN_EMPTY.has(finish),
    closing,
  };
}

/** Text, thinking, its signature, a tool's partial JSON, a citation. */
function hasText(part: JsonObject): boolean {
  return (
    saysSomething(part.text) ||
    textOf(part.thinking) !== null ||
    textOf(part.partial_json) !== null ||
    textOf(part.signature) !== null ||
    isObject(part.citation)
  );
}

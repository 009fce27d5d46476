import { namedEvent } from '../../sse/write-event.ts';
import { MESSAGES_FINISHES } from '../answers/finish-names.ts';
import { NO_USAGE, writeMessagesUsage } from '../answers/messages-usage.ts';
import type { Conversation, PartEvent } from '../conversation.ts';
import { toolCallId } from '../tool-call-id.ts';
import type { EventWriter } from './event-writer.ts';

const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

/** Writes a message as its events (docs.anthropic.com, "Streaming messages"): one block after the other. */
export function writeMessagesEvents(request: Conversation): EventWriter {
  let blocks = 0;
  let open = false;
  let deltaHead = '';

  function begin(block: object): string {
    open = true;
    deltaHead = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${blocks},"delta":{"type":"`;
    return namedEvent('content_block_start', {
      type: 'content_block_start',
      index: blocks,
      content_block: block,
    });
  }

  function delta(type: string, key: string, text: string): string {
    return `${deltaHead}${type}","${key}":${JSON.stringify(text)}}}\n\n`;
  }

  function write(event: PartEvent): string {
    switch (event.kind) {
      case 'text':
      case 'refusal':
        return (open ? '' : begin({ type: 'text', text: '' })) + delta('text_delta', 'text', event.text);
      case 'reasoning':
        return (open ? '' : beginThinking()) + delta('thinking_delta', 'thinking', event.text);
      case 'signature':
        return (open ? '' : beginThinking()) + delta('signature_delta', 'signature', event.signature);
      case 'sealed':
        return begin({ type: 'redacted_thinking', data: event.sealed });
      case 'tool_call':
        return begin({ type: 'tool_use', id: toolCallId(event.id), name: event.name, input: {} });
      case 'tool_input':
        return delta('input_json_delta', 'partial_json', event.json);
      case 'part_end':
        return end();
    }
  }

  function beginThinking(): string {
    return begin({ type: 'thinking', thinking: '', signature: '' });
  }

  function end(): string {
    if (!open) return '';
    open = false;
    const index = blocks++;
    return `event: content_block_stop\ndata: {"type":"content_block_stop","index":${index}}\n\n`;
  }

  return {
    start({ id, model }) {
      const message = {
        id: id ?? 'msg_holdfast',
        type: 'message',
        role: 'assistant',
        model: model ?? request.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: writeMessagesUsage(NO_USAGE),
      };
      return namedEvent('message_start', { type: 'message_start', message });
    },
    write,
    end({ finish, stopSequence, usage }) {
      const delta = { stop_reason: MESSAGES_FINISHES[finish], stop_sequence: stopSequence };
      const counts = writeMessagesUsage(usage ?? NO_USAGE);
      const closing = namedEvent('message_delta', { type: 'message_delta', delta, usage: counts });
      return { closing, terminator: STOP };
    },
  };
}

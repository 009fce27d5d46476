import { dataEvent } from '../../sse/write-event.ts';
import { writeChatUsage } from '../answers/chat-usage.ts';
import { CHAT_FINISHES } from '../answers/finish-names.ts';
import type { Conversation, PartEvent } from '../conversation.ts';
import { DETAIL } from '../reasoning-detail.ts';
import type { EventWriter } from './event-writer.ts';
import { writeFunctionCall, writeToolCalls } from './write-chat-calls.ts';

const MARKS = JSON.stringify(DETAIL).slice(1, -1);

/** Writes a chat completion as its chunks. Reasoning is told as DeepSeek and OpenRouter do: OpenAI shows none. */
export function writeChatEvents(request: Conversation): EventWriter {
  const { includeUsage } = request;
  let head: object = {};
  let before = '';
  const usageField = includeUsage ? ',"usage":null' : '';
  const after = `},"logprobs":null,"finish_reason":null}]${usageField}}\n\n`;
  const calls = request.functionsOnly ? writeFunctionCall() : writeToolCalls(request);
  let thoughts = 0;
  let thinking = false;

  const chunk = (delta: string): string => before + delta + after;
  const chunkOf = (delta: string): string => (delta === '' ? '' : chunk(delta));

  function write(event: PartEvent): string {
    switch (event.kind) {
      case 'text':
        return chunk(`"content":${JSON.stringify(event.text)}`);
      case 'refusal':
        return chunk(`"refusal":${JSON.stringify(event.text)}`);
      case 'reasoning': {
        thinking = true;
        const text = JSON.stringify(event.text);
        return chunk(`"reasoning_content":${text},${thought('text', '"text"', text)}`);
      }
      case 'signature': {
        // Without a text of its own, its reader would think that the client has lost it.
        const unsaid = thinking ? '' : '"text":"",';
        thinking = true;
        return chunk(thought('text', `${unsaid}"signature"`, JSON.stringify(event.signature)));
      }
      case 'sealed':
        thinking = true;
        return chunk(thought('encrypted', '"data"', JSON.stringify(event.sealed)));
      case 'tool_call':
        return chunkOf(calls.begin(event.id, event.name));
      case 'tool_input':
        return chunkOf(calls.input(event.json));
      case 'part_end':
        if (thinking) thoughts++;
        thinking = false;
        return chunkOf(calls.end());
    }
  }

  function thought(type: string, key: string, text: string): string {
    return `"reasoning_details":[{"type":"reasoning.${type}",${key}:${text},${MARKS},"index":${thoughts}}]`;
  }

  return {
    start({ id, created, model }) {
      head = {
        id: id ?? 'chatcmpl-holdfast',
        object: 'chat.completion.chunk',
        created: created ?? request.askedAt,
        model: model ?? request.model,
      };
      before = `data: ${JSON.stringify(head).slice(0, -1)},"choices":[{"index":0,"delta":{`;
      return chunk('"role":"assistant","content":"","refusal":null');
    },
    write,
    end({ finish, usage }) {
      const reason =
        request.functionsOnly && finish === 'tool_calls' ? 'function_call' : CHAT_FINISHES[finish];
      const choice = { index: 0, delta: {}, logprobs: null, finish_reason: reason };
      const finished = dataEvent({ ...head, choices: [choice], ...(includeUsage ? { usage: null } : {}) });
      const counted =
        includeUsage && usage !== null
          ? dataEvent({ ...head, choices: [], usage: writeChatUsage(usage) })
          : '';
      return { closing: finished + counted, terminator: 'data: [DONE]\n\n' };
    },
  };
}

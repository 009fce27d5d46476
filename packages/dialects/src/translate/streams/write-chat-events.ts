import { dataEvent } from '../../sse/write-event.ts';
import { writeChatUsage } from '../answers/chat-usage.ts';
import { CHAT_FINISHES } from '../answers/finish-names.ts';
import type { Conversation, PartEvent } from '../conversation.ts';
import type { EventWriter } from './event-writer.ts';

/** Writes a chat completion as its chunks. Reasoning is told as DeepSeek and OpenRouter do: OpenAI shows none. */
export function writeChatEvents({ model: asked, includeUsage }: Conversation): EventWriter {
  let head: object = {};
  let before = '';
  const usageField = includeUsage ? ',"usage":null' : '';
  const after = `},"logprobs":null,"finish_reason":null}]${usageField}}\n\n`;
  let calls = 0;
  let thoughts = 0;
  let thinking = false;

  const chunk = (delta: string): string => before + delta + after;

  function write(event: PartEvent): string {
    switch (event.kind) {
      case 'text':
        return chunk(`"content":${JSON.stringify(event.text)}`);
      case 'refusal':
        return chunk(`"refusal":${JSON.stringify(event.text)}`);
      case 'reasoning': {
        thinking = true;
        const text = JSON.stringify(event.text);
        return chunk(`"reasoning_content":${text},${thought('text', 'text', text)}`);
      }
      case 'signature':
        thinking = true;
        return chunk(thought('text', 'signature', JSON.stringify(event.signature)));
      case 'sealed':
        thinking = true;
        return chunk(thought('encrypted', 'data', JSON.stringify(event.sealed)));
      case 'tool_call': {
        const called = JSON.stringify({ name: event.name, arguments: '' });
        const id = JSON.stringify(event.id);
        return chunk(`"tool_calls":[{"index":${calls++},"id":${id},"type":"function","function":${called}}]`);
      }
      case 'tool_input': {
        const input = JSON.stringify(event.json);
        return chunk(`"tool_calls":[{"index":${calls - 1},"function":{"arguments":${input}}}]`);
      }
      case 'part_end':
        if (thinking) thoughts++;
        thinking = false;
        return '';
    }
  }

  function thought(type: string, key: string, text: string): string {
    return `"reasoning_details":[{"type":"reasoning.${type}","${key}":${text},"format":"anthropic-claude-v1","index":${thoughts}}]`;
  }

  return {
    start({ id, created, model }) {
      head = {
        id: id ?? 'chatcmpl-holdfast',
        object: 'chat.completion.chunk',
        created: created ?? 0,
        model: model ?? asked,
      };
      before = `data: ${JSON.stringify(head).slice(0, -1)},"choices":[{"index":0,"delta":{`;
      return chunk('"role":"assistant","content":"","refusal":null');
    },
    write,
    end({ finish, usage }) {
      const choice = { index: 0, delta: {}, logprobs: null, finish_reason: CHAT_FINISHES[finish] };
      const finished = dataEvent({ ...head, choices: [choice], ...(includeUsage ? { usage: null } : {}) });
      const counted =
        includeUsage && usage !== null
          ? dataEvent({ ...head, choices: [], usage: writeChatUsage(usage) })
          : '';
      return { closing: finished + counted, terminator: 'data: [DONE]\n\n' };
    },
  };
}

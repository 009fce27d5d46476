import { dataEvent } from '../../sse/write-event.ts';
import { writeChatUsage } from '../answers/chat-usage.ts';
import { completionsFinish } from '../answers/write-completions.ts';
import type { Conversation } from '../conversation.ts';
import type { EventWriter } from './event-writer.ts';

/** Writes a legacy completion as its chunks: its text alone, as there is nothing else. */
export function writeCompletionsEvents({ model: asked, includeUsage, askedAt }: Conversation): EventWriter {
  let head: object = {};
  let before = '';
  const usageField = includeUsage ? { usage: null } : {};
  const after = `,"logprobs":null,"finish_reason":null}]${includeUsage ? ',"usage":null' : ''}}\n\n`;

  return {
    start({ id, created, model }) {
      head = {
        id: id ?? 'cmpl-holdfast',
        object: 'text_completion',
        created: created ?? askedAt,
        model: model ?? asked,
      };
      before = `data: ${JSON.stringify(head).slice(0, -1)},"choices":[{"index":0,"text":`;
      return '';
    },
    write(event) {
      if (event.kind !== 'text' && event.kind !== 'refusal') return '';
      return before + JSON.stringify(event.text) + after;
    },
    end({ finish, usage }) {
      const choice = { index: 0, text: '', logprobs: null, finish_reason: completionsFinish(finish) };
      const finished = dataEvent({ ...head, choices: [choice], ...usageField });
      const counted =
        includeUsage && usage !== null
          ? dataEvent({ ...head, choices: [], usage: writeChatUsage(usage) })
          : '';
      return { closing: finished + counted, terminator: 'data: [DONE]\n\n' };
    },
  };
}

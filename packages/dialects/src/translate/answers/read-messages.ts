import { isObject, type JsonObject, objectsIn, textOf } from '../../json.ts';
import type { Answer, AnswerPart } from '../conversation.ts';
import { readThinking } from '../read-thinking.ts';
import { readMessagesFinish } from './finish-names.ts';
import { finishOf } from './finish-of.ts';
import { readMessagesUsage } from './messages-usage.ts';

/** A whole Messages answer that was judged good. Blocks of server tools cannot be in it: nobody asked for them. */
export function readMessagesAnswer(message: JsonObject): Answer {
  const parts = objectsIn(message.content).flatMap(readBlock);
  const { stop_details: details } = message;
  const why = isObject(details) ? textOf(details.explanation) : null;
  return {
    id: textOf(message.id),
    model: textOf(message.model),
    created: null,
    parts: why === null ? parts : [...parts, { kind: 'refusal', text: why }],
    finish: finishOf(
      new Set(parts.map(({ kind }) => kind)),
      readMessagesFinish(textOf(message.stop_reason) ?? ''),
    ),
    stopSequence: textOf(message.stop_sequence),
    usage: readMessagesUsage(message.usage),
  };
}

function readBlock(block: JsonObject): AnswerPart[] {
  switch (block.type) {
    case 'text':
      return [{ kind: 'text', text: textOf(block.text) ?? '' }];
    case 'thinking':
      return [readThinking(block)];
    case 'redacted_thinking':
      return [{ kind: 'reasoning', text: '', signature: null, sealed: textOf(block.data) }];
    case 'tool_use':
      return [
        {
          kind: 'tool_call',
          id: textOf(block.id) ?? '',
          name: textOf(block.name) ?? '',
          input: JSON.stringify(block.input ?? {}),
        },
      ];
    default:
      return [];
  }
}

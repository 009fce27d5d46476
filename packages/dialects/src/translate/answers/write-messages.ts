import type { Answer, AnswerPart, Conversation } from '../conversation.ts';
import { toolCallId } from '../tool-call-id.ts';
import { toolInput } from '../tool-input.ts';
import { MESSAGES_FINISHES } from './finish-names.ts';
import { NO_USAGE, writeMessagesUsage } from './messages-usage.ts';

/** A whole answer as `POST /v1/messages` has it. */
export function writeMessagesAnswer(answer: Answer, request: Conversation) {
  const { finish, stopSequence } = answer;
  return {
    id: answer.id ?? 'msg_holdfast',
    type: 'message',
    role: 'assistant',
    model: answer.model ?? request.model,
    content: answer.parts.map(writeBlock).filter((block) => block !== null),
    stop_reason: MESSAGES_FINISHES[finish],
    stop_sequence: finish === 'stop_sequence' ? stopSequence : null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: writeMessagesUsage(answer.usage ?? NO_USAGE),
  } as const;
}

/** An empty signature says that the thoughts are not Anthropic's. */
function writeBlock(part: AnswerPart) {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? null : ({ type: 'text', text: part.text, citations: null } as const);
    case 'reasoning':
      if (part.sealed !== null) return { type: 'redacted_thinking', data: part.sealed } as const;
      return { type: 'thinking', thinking: part.text, signature: part.signature ?? '' } as const;
    case 'tool_call':
      return {
        type: 'tool_use',
        id: toolCallId(part.id),
        name: part.name,
        input: toolInput(part.input),
        caller: { type: 'direct' },
      } as const;
  }
}

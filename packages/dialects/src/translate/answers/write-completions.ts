import type { Answer, Conversation } from '../conversation.ts';
import { writeChatUsage } from './chat-usage.ts';
import { CHAT_FINISHES } from './finish-names.ts';

/** A whole answer as `POST /completions` has it: its text alone, as there is nothing else. */
export function writeCompletionsAnswer(answer: Answer, request: Conversation) {
  const { parts, finish, usage } = answer;
  const text = parts
    .map((part) => (part.kind === 'text' || part.kind === 'refusal' ? part.text : ''))
    .join('');
  return {
    id: answer.id ?? 'cmpl-holdfast',
    object: 'text_completion' as const,
    created: answer.created ?? request.askedAt,
    model: answer.model ?? request.model,
    choices: [{ index: 0, text, logprobs: null, finish_reason: completionsFinish(finish) }],
    ...(usage === null ? {} : { usage: writeChatUsage(usage) }),
  };
}

/** Nobody can have asked for tools. */
export function completionsFinish(finish: Answer['finish']): 'stop' | 'length' | 'content_filter' {
  const name = CHAT_FINISHES[finish];
  return name === 'tool_calls' ? 'stop' : name;
}

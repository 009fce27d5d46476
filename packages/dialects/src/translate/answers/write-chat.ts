import type { Answer, Conversation, Finish, ToolCallPart } from '../conversation.ts';
import { customText, isCustom } from '../custom-tools.ts';
import { reasoningDetail } from '../reasoning-detail.ts';
import { toolCallId } from '../tool-call-id.ts';
import { writeChatUsage } from './chat-usage.ts';
import { CHAT_FINISHES } from './finish-names.ts';

/** A whole answer as `POST /chat/completions` has it. */
export function writeChatAnswer(answer: Answer, request: Conversation) {
  const { finish, usage } = answer;
  return {
    id: answer.id ?? 'chatcmpl-holdfast',
    object: 'chat.completion' as const,
    created: answer.created ?? request.askedAt,
    model: answer.model ?? request.model,
    choices: [
      {
        index: 0 as const,
        message: writeMessage(answer, request),
        logprobs: null,
        finish_reason: finishReason(finish, request),
      },
    ],
    ...(usage === null ? {} : { usage: writeChatUsage(usage) }),
  };
}

function finishReason(finish: Finish, { functionsOnly }: Conversation) {
  const reason = CHAT_FINISHES[finish];
  return functionsOnly && reason === 'tool_calls' ? ('function_call' as const) : reason;
}

function writeMessage({ parts }: Answer, request: Conversation) {
  const text = textIn(parts, 'text');
  const refusal = textIn(parts, 'refusal');
  const reasoning = parts.filter((part) => part.kind === 'reasoning');
  const thought = reasoning.map((part) => part.text).join('');
  const calls = parts.filter((part) => part.kind === 'tool_call');
  const isSigned = reasoning.some((part) => part.signature !== null || part.sealed !== null);
  return {
    role: 'assistant',
    content: text === '' && (calls.length > 0 || refusal !== '') ? null : text,
    refusal: refusal === '' ? null : refusal,
    ...(thought === '' ? {} : { reasoning_content: thought }),
    ...(isSigned ? { reasoning_details: reasoning.map(reasoningDetail) } : {}),
    ...writeCalls(calls, request),
  } as const;
}

function textIn(parts: Answer['parts'], kind: 'text' | 'refusal'): string {
  return parts.map((part) => (part.kind === kind ? part.text : '')).join('');
}

function writeCalls(calls: readonly ToolCallPart[], request: Conversation) {
  const first = calls[0];
  if (first === undefined) return {};
  if (request.functionsOnly) return { function_call: { name: first.name, arguments: first.input || '{}' } };
  return { tool_calls: calls.map((call) => writeCall(call, request)) };
}

function writeCall({ id, name, input }: ToolCallPart, request: Conversation) {
  return isCustom(request, name)
    ? ({ id: toolCallId(id), type: 'custom', custom: { name, input: customText(input) } } as const)
    : ({ id: toolCallId(id), type: 'function', function: { name, arguments: input || '{}' } } as const);
}

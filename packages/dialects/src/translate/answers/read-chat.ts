import { countOf, isObject, type JsonObject, objectsIn, textOf } from '../../json.ts';
import type { Answer, AnswerPart, TextPart, ToolCallPart } from '../conversation.ts';
import { readChatReasoning } from '../read-chat-reasoning.ts';
import { readChatUsage } from './chat-usage.ts';
import { readChatFinish } from './finish-names.ts';
import { finishOf } from './finish-of.ts';

/** A whole chat completion that was judged good: its first choice, as nobody asks for more across dialects. */
export function readChatAnswer(completion: JsonObject): Answer {
  const choice = objectsIn(completion.choices)[0] ?? {};
  const message = isObject(choice.message) ? choice.message : {};
  const id = textOf(completion.id);
  const refusal = textOf(message.refusal);
  const parts: AnswerPart[] = [
    ...readChatReasoning(message),
    ...readContent(message.content),
    ...(refusal === null ? [] : [{ kind: 'refusal', text: refusal } as const]),
    ...readCalls(message, id),
  ];
  const { finish, stopSequence } = readChatFinish(choice);
  return {
    id,
    model: textOf(completion.model),
    created: countOf(completion.created),
    parts,
    finish: finishOf(new Set(parts.map(({ kind }) => kind)), finish),
    stopSequence,
    usage: readChatUsage(completion.usage),
  };
}

function readContent(content: unknown): TextPart[] {
  const texts =
    typeof content === 'string'
      ? [content]
      : objectsIn(content).flatMap(({ type, text }) => (type === 'text' ? [textOf(text) ?? ''] : []));
  return texts.filter((text) => text !== '').map((text) => ({ kind: 'text', text }));
}

function readCalls({ tool_calls: calls, function_call: old }: JsonObject, id: string | null): ToolCallPart[] {
  const all = objectsIn(calls);
  if (all.length === 0 && isObject(old)) return [readCall({ function: old }, `${id} 0`)];
  return all.map((call, index) => readCall(call, `${id} ${index}`));
}

/** Some providers give their calls no id; then the answer's own id makes one. */
function readCall(call: JsonObject, fallbackId: string): ToolCallPart {
  const called: JsonObject = isObject(call.function) ? call.function : {};
  const given = called.arguments ?? '';
  return {
    kind: 'tool_call',
    id: textOf(call.id) ?? fallbackId,
    name: textOf(called.name) ?? '',
    input: typeof given === 'string' ? given : JSON.stringify(given),
  };
}

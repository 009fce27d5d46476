import type { JsonObject } from '../../json.ts';
import type { Conversation, Part, TextPart, ToolCallPart, Turn } from '../conversation.ts';
import { customInput } from '../custom-tools.ts';
import type { Ledger } from '../ledger.ts';
import { readChatReasoning } from '../read-chat-reasoning.ts';
import { absent, meetOthers, needText, readObject, readObjects, readText } from './fields.ts';
import { readChatContent, readChatText } from './read-chat-content.ts';

const KNOWN = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'tool_call_id',
  'function_call',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
]);
/** A function's result stands alone; names are part of it and not of the speaker. */
const KNOWN_OF_FUNCTION = new Set([...KNOWN, 'name']);

/** Reads `messages`: instructions in front, then turns. */
export function readChatTurns(ledger: Ledger, messages: unknown): Pick<Conversation, 'system' | 'turns'> {
  const system: TextPart[] = [];
  const turns: Turn[] = [];
  let functionCalls = 0;
  for (const [at, message] of readObjects(ledger, 'messages', messages)) {
    const { role, content } = message;
    meetOthers(ledger, 'messages[]', at, message, role === 'function' ? KNOWN_OF_FUNCTION : KNOWN);
    switch (role) {
      case 'system':
      case 'developer': {
        const parts = readChatText(ledger, `${at}.content`, content);
        if (turns.length === 0) system.push(...parts);
        else turns.push({ role: 'system', parts });
        break;
      }
      case 'user':
        turns.push({ role, parts: readChatContent(ledger, `${at}.content`, content) });
        break;
      case 'assistant':
        if (!absent(message.function_call)) functionCalls++;
        turns.push({ role, parts: readAssistant(ledger, at, message, functionCalls) });
        break;
      case 'tool':
      case 'function':
        turns.push({ role: 'user', parts: [readResult(ledger, at, message, functionCalls)] });
        break;
      default:
        ledger.refuse(`${at}.role`, `'${at}.role' is no role that can be told to the endpoint.`);
    }
  }
  return { system, turns };
}

function readAssistant(ledger: Ledger, at: string, message: JsonObject, functionCalls: number): Part[] {
  const refusal = readText(ledger, `${at}.refusal`, message.refusal);
  return [
    ...readChatReasoning(message),
    ...readChatContent(ledger, `${at}.content`, message.content),
    ...(refusal === null || refusal === '' ? [] : [{ kind: 'refusal', text: refusal } as const]),
    ...readObjects(ledger, `${at}.tool_calls`, message.tool_calls).map(([name, call]) =>
      readCall(ledger, name, call),
    ),
    ...readFunctionCall(ledger, `${at}.function_call`, message.function_call, functionCalls),
  ];
}

function readCall(ledger: Ledger, at: string, call: JsonObject): ToolCallPart {
  const id = needText(ledger, `${at}.id`, call.id);
  const kind = call.type === 'custom' ? 'custom' : 'function';
  const called = readObject(ledger, `${at}.${kind}`, call[kind] ?? 'nothing') ?? {};
  const name = needText(ledger, `${at}.${kind}.name`, called.name);
  const input = readText(
    ledger,
    kind === 'custom' ? `${at}.custom.input` : `${at}.function.arguments`,
    kind === 'custom' ? called.input : called.arguments,
  );
  return { kind: 'tool_call', id, name, input: kind === 'custom' ? customInput(input ?? '') : (input ?? '') };
}

/** An old call has no id: its number among them is one. */
function readFunctionCall(ledger: Ledger, at: string, value: unknown, number: number): ToolCallPart[] {
  const call = readObject(ledger, at, value);
  if (call === null) return [];
  const name = needText(ledger, `${at}.name`, call.name);
  const input = readText(ledger, `${at}.arguments`, call.arguments) ?? '';
  return [{ kind: 'tool_call', id: functionCallId(number), name, input }];
}

function readResult(ledger: Ledger, at: string, message: JsonObject, functionCalls: number): Part {
  const callId =
    message.role === 'function'
      ? functionCallId(functionCalls)
      : needText(ledger, `${at}.tool_call_id`, message.tool_call_id);
  const parts = readChatContent(ledger, `${at}.content`, message.content).filter(
    (part) => part.kind !== 'refusal',
  );
  return { kind: 'tool_result', callId, parts, isError: false };
}

function functionCallId(number: number): string {
  return `function_call_${number}`;
}

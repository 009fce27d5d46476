import { type JsonObject, objectsIn, textOf } from '../../json.ts';
import type { Conversation, Part, ReasoningPart, TextPart, ToolResultPart, Turn } from '../conversation.ts';
import { customInput } from '../custom-tools.ts';
import type { Ledger } from '../ledger.ts';
import { openSeal } from '../sealed-reasoning.ts';
import { meetOthers, needText, readObjects, readText } from './fields.ts';
import { readResponsesContent } from './read-responses-content.ts';

/** Of all kinds of items that are read. Ids and states of items mean nothing elsewhere. */
const KNOWN = new Set([
  'type',
  'role',
  'content',
  'phase',
  'id',
  'status',
  'call_id',
  'name',
  'arguments',
  'input',
  'output',
  'summary',
  'encrypted_content',
]);
/** Records of calls that the vendor made by itself: they hold nothing that was found. */
const RECORDS = new Set(['web_search_call', 'file_search_call']);

/** A turn, to which more may come. */
interface Reading {
  readonly role: Turn['role'];
  readonly parts: Part[];
}

interface Item {
  readonly role: Turn['role'];
  readonly parts: readonly Part[];
}

/** Reads `instructions` and `input`. What the assistant did in a row, each an item of its own, is one turn. */
export function readResponsesInput(
  ledger: Ledger,
  { instructions, input }: JsonObject,
): Pick<Conversation, 'system' | 'turns'> {
  const text = readText(ledger, 'instructions', instructions);
  const system: TextPart[] = text === null || text === '' ? [] : [{ kind: 'text', text }];
  const turns: Reading[] = [];
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  for (const [at, item] of readObjects(ledger, 'input', items)) {
    meetOthers(ledger, 'input[]', at, item, KNOWN);
    const read = readItem(ledger, at, item);
    if (read === null) continue;
    const { role, parts } = read;
    const [first] = parts;
    const last = turns.at(-1);
    if (first?.kind === 'tool_result') addResult(turns, first);
    else if (role === 'system' && turns.length === 0)
      system.push(...parts.filter((part) => part.kind === 'text'));
    else if (last?.role === role && role === 'assistant') last.parts.push(...parts);
    else turns.push({ role, parts: [...parts] });
  }
  return { system, turns };
}

/** Elsewhere a result stands right behind the turn of its call; here anything may come between. */
function addResult(turns: Reading[], result: ToolResultPart): void {
  const isCalled = (part: Part) => part.kind === 'tool_call' && part.id === result.callId;
  const asked = turns.findLastIndex(({ parts }) => parts.some(isCalled));
  const behind = asked === -1 ? turns.at(-1) : turns[asked + 1];
  if (behind?.parts[0]?.kind === 'tool_result') behind.parts.push(result);
  else turns.splice(asked === -1 ? turns.length : asked + 1, 0, { role: 'user', parts: [result] });
}

function readItem(ledger: Ledger, at: string, item: JsonObject): Item | null {
  const type = textOf(item.type) ?? (item.role === undefined ? null : 'message');
  switch (type) {
    case 'message':
      return readMessage(ledger, at, item);
    case 'reasoning':
      return { role: 'assistant', parts: [readReasoning(item)] };
    case 'function_call':
    case 'custom_tool_call': {
      const isCustom = type === 'custom_tool_call';
      const field = isCustom ? 'input' : 'arguments';
      const input = readText(ledger, `${at}.${field}`, item[field]) ?? '';
      const id = needText(ledger, `${at}.call_id`, item.call_id);
      const name = needText(ledger, `${at}.name`, item.name);
      return {
        role: 'assistant',
        parts: [{ kind: 'tool_call', id, name, input: isCustom ? customInput(input) : input }],
      };
    }
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const callId = needText(ledger, `${at}.call_id`, item.call_id);
      const parts = readResponsesContent(ledger, `${at}.output`, item.output).filter(
        (part) => part.kind !== 'refusal',
      );
      return { role: 'user', parts: [{ kind: 'tool_result', callId, parts, isError: false }] };
    }
    default:
      if (type !== null && RECORDS.has(type)) ledger.drop(`input[].${type}`);
      else if (type === 'item_reference' || type === null)
        ledger.refuse(at, `'${at}' is known by its id to its vendor alone: it must be sent whole.`);
      else ledger.refuse(`${at}.type`, `'${at}.type' is no kind of item that can be told to the endpoint.`);
      return null;
  }
}

function readMessage(ledger: Ledger, at: string, { role, content }: JsonObject): Item | null {
  const parts = readResponsesContent(ledger, `${at}.content`, content);
  if (role === 'user' || role === 'assistant') return { role, parts };
  if (role === 'system' || role === 'developer') return { role: 'system', parts };
  ledger.refuse(`${at}.role`, `'${at}.role' is no role that can be told to the endpoint.`);
  return null;
}

/** Its text is in the summary, or (open models) in the content. */
function readReasoning(item: JsonObject): ReasoningPart {
  const said = [...objectsIn(item.summary), ...objectsIn(item.content)];
  const text = said.map((piece) => textOf(piece.text) ?? '').join('\n\n');
  const encrypted = textOf(item.encrypted_content);
  const seal = encrypted === null ? null : openSeal(encrypted);
  return { kind: 'reasoning', text, signature: seal?.signature ?? null, sealed: seal?.sealed ?? null };
}

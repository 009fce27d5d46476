import type {
  Conversation,
  DocumentPart,
  ImagePart,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../conversation.ts';
import { customInput, customText, isCustom } from '../custom-tools.ts';
import { writeUrl } from '../data-url.ts';
import type { Ledger } from '../ledger.ts';
import { type CallIds, callIds } from './call-ids.ts';
import type { ChatAbilities } from './chat-abilities.ts';
import { GO_ON } from './go-on.ts';

interface Writing {
  readonly ledger: Ledger;
  readonly ids: CallIds;
  readonly conversation: Conversation;
  readonly takesThoughts: boolean;
}

type ChatMessage = ReturnType<typeof writeTurn>[number];

/**
 * One system message in front, as many servers take no second one; results of tools as messages of their own before the rest
 * of their turn. An assistant's last turn is followed by the wish to go on with it: chat would begin a new one.
 */
export function writeChatTurns(ledger: Ledger, conversation: Conversation, abilities: ChatAbilities) {
  const ids = callIds(abilities.shortIds);
  const takesThoughts = abilities.thoughts;
  const system = conversation.system.map(({ text }) => text).join('\n\n');
  const messages = conversation.turns.flatMap((turn): ChatMessage[] =>
    writeTurn({ ledger, ids, conversation, takesThoughts }, turn),
  );
  const last = messages.at(-1);
  const isPrefill = last?.role === 'assistant' && !('tool_calls' in last);
  return [
    ...(system === '' ? [] : [{ role: 'system', content: system } as const]),
    ...messages,
    ...(isPrefill ? [{ role: 'user', content: GO_ON } as const] : []),
  ];
}

function writeTurn(writing: Writing, { role, parts }: Turn) {
  const { ledger, ids } = writing;
  if (role === 'system') return [{ role, content: textOfParts(parts) } as const];
  if (role === 'assistant') return writeAssistant(writing, parts);
  const results = parts.filter((part) => part.kind === 'tool_result');
  const rest = parts.filter((part) => part.kind !== 'tool_result');
  const content = [...results.flatMap(attachments), ...rest]
    .map((part) => writeContent(ledger, part))
    .filter((part) => part !== null);
  return [
    ...results.map((result) => writeResult(ids, result)),
    ...(content.length === 0 ? [] : [{ role, content: compact(content) } as const]),
  ];
}

function textOfParts(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === 'text' || part.kind === 'refusal' ? part.text : '')).join('\n\n');
}

function compact(content: readonly NonNullable<ReturnType<typeof writeContent>>[]) {
  const [first] = content;
  return content.length === 1 && first?.type === 'text' ? first.text : [...content];
}

function writeAssistant({ ledger, ids, conversation, takesThoughts }: Writing, parts: readonly Part[]) {
  const content = parts.flatMap((part) => (part.kind === 'text' || part.kind === 'refusal' ? part.text : []));
  const calls = parts.filter((part) => part.kind === 'tool_call');
  const thoughts = parts.filter((part) => part.kind === 'reasoning');
  const told = takesThoughts ? thoughts.filter(({ text }) => text !== '') : [];
  if (told.length < thoughts.length) ledger.drop(ledger.names.thoughts);
  if (content.length === 0 && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content: content.length === 0 ? null : content.join(''),
      ...(told.length === 0 ? {} : { reasoning_content: told.map(({ text }) => text).join('') }),
      ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => writeCall(ids, conversation, call)) }),
    } as const,
  ];
}

function writeCall(ids: CallIds, conversation: Conversation, { id, name, input }: ToolCallPart) {
  const text = isCustom(conversation, name) ? customInput(customText(input)) : input || '{}';
  return { id: ids.call(id), type: 'function', function: { name, arguments: text } } as const;
}

/** Chat has no word for a failed call: the text says it. */
function writeResult(ids: CallIds, { callId, parts, isError }: ToolResultPart) {
  const text = parts.flatMap((part) => (part.kind === 'text' ? part.text : [])).join('\n\n');
  const shown = text === '' && parts.length > 0 ? '(The result follows.)' : text;
  return {
    role: 'tool',
    tool_call_id: ids.result(callId),
    content: isError ? `Error: ${shown}` : shown,
  } as const;
}

/** A tool's message holds only text: what else came of the call is shown by the user. */
function attachments({ parts }: ToolResultPart): (ImagePart | DocumentPart | TextPart)[] {
  return parts.filter((part) => part.kind !== 'text');
}

function writeContent(ledger: Ledger, part: Part) {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? null : ({ type: 'text', text: part.text } as const);
    case 'image':
      return writeImage(part);
    case 'document':
      return writeDocument(ledger, part);
    default:
      return null;
  }
}

function writeImage({ source, detail }: ImagePart) {
  const image_url = { url: writeUrl(source), ...(detail === undefined ? {} : { detail }) };
  return { type: 'image_url', image_url } as const;
}

function writeDocument(ledger: Ledger, { source, name }: DocumentPart) {
  if (source.kind === 'text') {
    const title = name === undefined ? '' : `${name}\n\n`;
    return { type: 'text', text: title + source.text } as const;
  }
  if (source.kind === 'base64')
    return {
      type: 'file',
      file: { filename: name ?? 'document.pdf', file_data: writeUrl(source) },
    } as const;
  ledger.refuse(
    ledger.names.turns,
    `'${ledger.names.turns}' holds a document by its address, and the endpoint takes only its bytes.`,
  );
  return null;
}

import { saysSomething } from '../../json.ts';
import type {
  CacheMark,
  Conversation,
  DocumentPart,
  ImagePart,
  Part,
  TextPart,
  ToolResultPart,
} from '../conversation.ts';
import { isThought } from '../is-thought.ts';
import type { Ledger } from '../ledger.ts';
import { toolInput } from '../tool-input.ts';
import { type CallIds, callIds } from './call-ids.ts';
import { GO_ON } from './go-on.ts';

type Block = NonNullable<ReturnType<typeof writePart>>;
interface Message {
  readonly role: 'user' | 'assistant';
  content: Block[];
}

const IMAGES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;
/** The first turn must be the user's. */
const OPENING = { type: 'text', text: '(The assistant speaks first.)' } as const;

/**
 * Instructions wherever they stood go into `system`, as Anthropic's own OpenAI compatibility does it; turns of one role in a row
 * become one; a tool's results come first in their turn; what is blank is left out, as the API refuses it. `prefill`: the model goes
 * on with a last turn of the assistant.
 */
export function writeMessagesTurns(ledger: Ledger, { system, turns }: Conversation, prefill: boolean) {
  const ids = callIds();
  const instructions = [...system, ...turns.flatMap(textsOfSystem)].filter(({ text }) => saysSomething(text));
  const messages: Message[] = [];
  for (const { role, parts } of turns) {
    if (role === 'system') continue;
    const content = parts.flatMap((part) => writePart(ledger, ids, part) ?? []);
    if (content.length === 0) continue;
    if (role === 'user') endWithWords(ledger, messages);
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  }
  for (const message of messages) message.content = resultsFirst(message.content);
  endWithUser(ledger, messages, prefill);
  if (messages[0]?.role === 'assistant') messages.unshift({ role: 'user', content: [OPENING] });
  if (messages.length > 0) return { ...systemOf(instructions), messages: messages.map(compact) };
  // Instructions alone are what is asked.
  if (instructions.length === 0)
    ledger.refuse(ledger.names.turns, `'${ledger.names.turns}' must hold something for the model to read.`);
  return { messages: [compact({ role: 'user', content: instructions.map(writeText) })] };
}

function textsOfSystem({ role, parts }: Conversation['turns'][number]): TextPart[] {
  return role === 'system' ? parts.filter((part) => part.kind === 'text') : [];
}

function resultsFirst(blocks: readonly Block[]): Block[] {
  const isResult = ({ type }: Block) => type === 'tool_result';
  return [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))];
}

/** The API answers 400 to a turn of the assistant that ends with a thought, as one that was cut while it thought does. */
function endWithWords(ledger: Ledger, messages: Message[]): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return;
  const words = last.content.findLastIndex((block) => !isThought(block));
  if (words < last.content.length - 1) ledger.drop(ledger.names.thoughts);
  last.content.splice(words + 1);
  if (words === -1) messages.pop();
}

/**
 * A last turn of the assistant is where the model goes on. It may not end with white space, holds no thoughts because nothing is
 * thought there, and newer models take none.
 */
function endWithUser(ledger: Ledger, messages: Message[], prefill: boolean): void {
  endWithWords(ledger, messages);
  const last = messages.at(-1);
  const block = last?.content.at(-1);
  if (last?.role !== 'assistant' || block?.type !== 'text') return;
  last.content.splice(-1, 1, { ...block, text: block.text.trimEnd() });
  if (!prefill) {
    messages.push({ role: 'user', content: [{ type: 'text', text: GO_ON }] });
  } else if (last.content.some(isThought)) {
    ledger.drop(ledger.names.thoughts);
    last.content = last.content.filter((one) => !isThought(one));
  }
}

function systemOf(instructions: readonly TextPart[]) {
  const [first] = instructions;
  if (first === undefined) return {};
  if (instructions.length === 1 && first.cache === undefined) return { system: first.text };
  return { system: instructions.map(writeText) };
}

/** A single text is a string. */
function compact({ role, content }: Message) {
  const [block] = content;
  const isPlain = content.length === 1 && block?.type === 'text' && !('cache_control' in block);
  return { role, content: isPlain ? block.text : content };
}

/** Null for what says nothing. */
function writePart(ledger: Ledger, ids: CallIds, part: Part) {
  switch (part.kind) {
    case 'text':
    case 'image':
    case 'document':
      return writeShown(ledger, part);
    case 'refusal':
      return saysSomething(part.text) ? writeText({ kind: 'text', text: part.text }) : null;
    case 'tool_call': {
      const { name, input, cache } = part;
      return {
        type: 'tool_use',
        id: ids.call(part.id),
        name,
        input: toolInput(input),
        ...marked(cache),
      } as const;
    }
    case 'tool_result':
      return writeResult(ledger, ids, part);
    case 'reasoning':
      if (part.sealed !== null) return { type: 'redacted_thinking', data: part.sealed } as const;
      if (part.signature !== null)
        return { type: 'thinking', thinking: part.text, signature: part.signature } as const;
      ledger.drop(ledger.names.thoughts);
      return null;
  }
}

function writeShown(ledger: Ledger, part: TextPart | ImagePart | DocumentPart) {
  if (part.kind === 'text') return saysSomething(part.text) ? writeText(part) : null;
  return part.kind === 'image' ? writeImage(ledger, part) : writeDocument(ledger, part);
}

function marked(cache: CacheMark | undefined) {
  return cache === undefined ? {} : { cache_control: cache };
}

function writeText({ text, cache }: TextPart) {
  return { type: 'text', text, ...marked(cache) } as const;
}

function writeResult(ledger: Ledger, ids: CallIds, { callId, parts, isError, cache }: ToolResultPart) {
  const content = parts.map((part) => writeShown(ledger, part)).filter((block) => block !== null);
  const [only] = content;
  const isPlain = content.length === 1 && only?.type === 'text' && !('cache_control' in only);
  return {
    type: 'tool_result',
    tool_use_id: ids.result(callId),
    ...(only === undefined ? {} : { content: isPlain ? only.text : content }),
    ...(isError ? { is_error: true } : {}),
    ...marked(cache),
  } as const;
}

function writeImage(ledger: Ledger, { source, cache }: ImagePart) {
  if (source.kind === 'url')
    return { type: 'image', source: { type: 'url', url: source.url }, ...marked(cache) } as const;
  const media_type = IMAGES.find((type) => type === source.mediaType.replace('/jpg', '/jpeg'));
  if (media_type !== undefined)
    return {
      type: 'image',
      source: { type: 'base64', media_type, data: source.data },
      ...marked(cache),
    } as const;
  ledger.refuse(
    ledger.names.turns,
    `'${ledger.names.turns}' holds an image that is neither JPEG, PNG, GIF nor WebP, and the endpoint takes no other.`,
  );
  return null;
}

function writeDocument(ledger: Ledger, { source, name, cache }: DocumentPart) {
  const more = { ...(name === undefined ? {} : { title: name }), ...marked(cache) };
  if (source.kind === 'url')
    return { type: 'document', source: { type: 'url', url: source.url }, ...more } as const;
  const text = source.kind === 'text' ? source.text : textOfFile(source);
  if (text !== null)
    return {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: text },
      ...more,
    } as const;
  if (source.kind === 'base64' && source.mediaType === 'application/pdf')
    return {
      type: 'document',
      source: { type: 'base64', media_type: source.mediaType, data: source.data },
      ...more,
    } as const;
  ledger.refuse(
    ledger.names.turns,
    `'${ledger.names.turns}' holds a file that is neither PDF nor text, and the endpoint takes no other.`,
  );
  return null;
}

function textOfFile(source: { mediaType: string; data: string }): string | null {
  return source.mediaType.startsWith('text/') ? Buffer.from(source.data, 'base64').toString() : null;
}

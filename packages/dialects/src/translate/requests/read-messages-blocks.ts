import { isObject, type JsonObject, textOf } from '../../json.ts';
import type { DocumentPart, ImagePart, Part, Source, TextPart, ToolResultPart } from '../conversation.ts';
import type { Ledger } from '../ledger.ts';
import { readThinking } from '../read-thinking.ts';
import { needText, readObject } from './fields.ts';
import { onlyText, type PartReader, readContent, readTextPart, refusePart } from './read-content.ts';

const BLOCK = 'messages[].content[]';
/** Of all kinds of blocks that are read. */
const KNOWN = new Set([
  'type',
  'text',
  'source',
  'title',
  'id',
  'name',
  'input',
  'caller',
  'tool_use_id',
  'content',
  'is_error',
  'thinking',
  'signature',
  'data',
]);

/** A message's `content`, or a tool result's. */
export function readBlocks(ledger: Ledger, at: string, content: unknown): Part[] {
  return readContent(ledger, at, content, BLOCKS);
}

/** Content of which only text can be told. */
export function readTextBlocks(ledger: Ledger, at: string, content: unknown): TextPart[] {
  return onlyText(ledger, at, readBlocks(ledger, at, content));
}

const BLOCKS: PartReader<Part> = { path: BLOCK, known: KNOWN, read: readBlock };

function readBlock(ledger: Ledger, at: string, block: JsonObject): Part[] {
  switch (block.type) {
    case 'text':
      return readTextPart(ledger, at, block);
    case 'image':
      return readImage(ledger, at, block);
    case 'document':
      return readDocument(ledger, at, block);
    case 'tool_use':
      return [
        {
          kind: 'tool_call',
          id: needText(ledger, `${at}.id`, block.id),
          name: needText(ledger, `${at}.name`, block.name),
          input: JSON.stringify(block.input ?? {}),
        },
      ];
    case 'tool_result':
      return [readResult(ledger, at, block)];
    case 'thinking':
      return [readThinking(block)];
    case 'redacted_thinking':
      return [
        {
          kind: 'reasoning',
          text: '',
          signature: null,
          sealed: needText(ledger, `${at}.data`, block.data),
        },
      ];
    default:
      return refusePart(ledger, at);
  }
}

function readResult(ledger: Ledger, at: string, block: JsonObject): ToolResultPart {
  const parts = readBlocks(ledger, `${at}.content`, block.content).flatMap((part) => {
    if (part.kind === 'text' || part.kind === 'image' || part.kind === 'document') return [part];
    ledger.refuse(`${at}.content`, `'${at}.content' may hold only text, images and documents.`);
    return [];
  });
  return {
    kind: 'tool_result',
    callId: needText(ledger, `${at}.tool_use_id`, block.tool_use_id),
    parts,
    isError: block.is_error === true,
  };
}

function readImage(ledger: Ledger, at: string, block: JsonObject): ImagePart[] {
  const source = readSource(ledger, `${at}.source`, block.source);
  return source === null ? [] : [{ kind: 'image', source }];
}

/** A document made of blocks is what its blocks are. */
function readDocument(
  ledger: Ledger,
  at: string,
  block: JsonObject,
): (DocumentPart | ImagePart | TextPart)[] {
  const given: JsonObject = isObject(block.source) ? block.source : {};
  if (given.type === 'content')
    return readBlocks(ledger, `${at}.source.content`, given.content).filter(
      (part) => part.kind === 'text' || part.kind === 'image',
    );
  const source =
    given.type === 'text'
      ? ({ kind: 'text', text: needText(ledger, `${at}.source.data`, given.data) } as const)
      : readSource(ledger, `${at}.source`, block.source);
  const name = textOf(block.title);
  if (source === null) return [];
  return [{ kind: 'document', source, ...(name === null ? {} : { name }) }];
}

function readSource(ledger: Ledger, at: string, value: unknown): Source | null {
  const source = readObject(ledger, at, value ?? 'nothing');
  if (source?.type === 'url') return { kind: 'url', url: needText(ledger, `${at}.url`, source.url) };
  if (source?.type === 'base64')
    return {
      kind: 'base64',
      mediaType: needText(ledger, `${at}.media_type`, source.media_type),
      data: needText(ledger, `${at}.data`, source.data),
    };
  ledger.refuse(`${at}.type`, `'${at}.type' is no source that can be told to the endpoint.`);
  return null;
}

import { type JsonObject, textOf } from '../../json.ts';
import type { DocumentPart, ImagePart, RefusalPart, TextPart } from '../conversation.ts';
import { readUrl } from '../data-url.ts';
import type { Ledger } from '../ledger.ts';
import { absent, meetOthers, needText, readObject } from './fields.ts';
import { readCacheMark } from './read-cache-mark.ts';
import { onlyText, type PartReader, readContent, readTextPart, refusePart } from './read-content.ts';
import { readDetail } from './read-detail.ts';

export type ContentPart = TextPart | ImagePart | DocumentPart | RefusalPart;

const PART = 'messages[].content[]';
const KNOWN = new Set(['type', 'text', 'image_url', 'file', 'refusal', 'cache_control']);
const KNOWN_IMAGE = new Set(['url']);
const KNOWN_FILE = new Set(['file_data', 'filename', 'file_id']);

/** A message's `content`: a string, or parts. */
export function readChatContent(ledger: Ledger, at: string, content: unknown): ContentPart[] {
  return readContent(ledger, at, content, PARTS);
}

/** Content of which only text can be told. */
export function readChatText(ledger: Ledger, at: string, content: unknown): TextPart[] {
  return onlyText(ledger, at, readChatContent(ledger, at, content));
}

const PARTS: PartReader<ContentPart> = { path: PART, known: KNOWN, read: readPart };

function readPart(ledger: Ledger, at: string, part: JsonObject): ContentPart[] {
  switch (part.type) {
    case 'text':
      return readTextPart(ledger, at, part).map((text) => ({ ...text, ...readCacheMark(part) }));
    case 'refusal':
      return [{ kind: 'refusal', text: needText(ledger, `${at}.refusal`, part.refusal) }];
    case 'image_url':
      return readImage(ledger, at, part);
    case 'file':
      return readFile(ledger, at, part);
    case 'thinking': // Mistral's; read with the rest of the reasoning
      return [];
    case 'input_audio':
      ledger.meet(`${PART}.input_audio`, part, `${at}.input_audio`);
      return [];
    default:
      return refusePart(ledger, at);
  }
}

function readImage(ledger: Ledger, at: string, part: JsonObject): ImagePart[] {
  const field = `${at}.image_url`;
  const image = typeof part.image_url === 'string' ? { url: part.image_url } : part.image_url;
  const given = readObject(ledger, field, image ?? 'nothing');
  if (given === null) return [];
  meetOthers(ledger, `${PART}.image_url`, field, given, KNOWN_IMAGE);
  const source = readUrl(needText(ledger, `${field}.url`, given.url));
  if (source === null) {
    ledger.refuse(`${field}.url`, `'${field}.url' must be a web address or a base64 data URL.`);
    return [];
  }
  return [{ kind: 'image', source, ...readDetail(given.detail), ...readCacheMark(part) }];
}

function readFile(ledger: Ledger, at: string, part: JsonObject): (DocumentPart | ImagePart)[] {
  const field = `${at}.file`;
  const file = readObject(ledger, field, part.file ?? 'nothing');
  if (file === null) return [];
  meetOthers(ledger, `${PART}.file`, field, file, KNOWN_FILE);
  ledger.meet(`${PART}.file.file_id`, file.file_id, `${field}.file_id`);
  if (!absent(file.file_id)) return [];
  const source = readUrl(needText(ledger, `${field}.file_data`, file.file_data));
  const name = textOf(file.filename);
  if (source !== null)
    return [{ kind: 'document', source, ...(name === null ? {} : { name }), ...readCacheMark(part) }];
  ledger.refuse(`${field}.file_data`, `'${field}.file_data' must be a base64 data URL.`);
  return [];
}

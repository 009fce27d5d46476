import { isObject, type JsonObject, textOf } from '../../json.ts';
import type { DocumentPart, ImagePart, Source } from '../conversation.ts';
import { readUrl } from '../data-url.ts';
import type { Ledger } from '../ledger.ts';
import { absent, needText } from './fields.ts';
import type { ContentPart } from './read-chat-content.ts';
import { type PartReader, readContent, readTextPart, refusePart } from './read-content.ts';
import { readDetail } from './read-detail.ts';

const PART = 'input[].content[]';
const KNOWN = new Set([
  'type',
  'text',
  'refusal',
  'annotations',
  'logprobs',
  'image_url',
  'detail',
  'file_data',
  'file_url',
  'file_id',
  'filename',
]);

/** A message's `content`, or what came of a call: a string, or parts. */
export function readResponsesContent(ledger: Ledger, at: string, content: unknown): ContentPart[] {
  return readContent(ledger, at, content, PARTS);
}

const PARTS: PartReader<ContentPart> = { path: PART, known: KNOWN, read: readPart };

function readPart(ledger: Ledger, at: string, part: JsonObject): ContentPart[] {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return readTextPart(ledger, at, part);
    case 'refusal':
      return [{ kind: 'refusal', text: needText(ledger, `${at}.refusal`, part.refusal) }];
    case 'input_image':
      return readImage(ledger, at, part);
    case 'input_file':
      return readFile(ledger, at, part);
    default:
      return refusePart(ledger, at);
  }
}

function readImage(ledger: Ledger, at: string, part: JsonObject): ImagePart[] {
  ledger.meet(`${PART}.file_id`, part.file_id, `${at}.file_id`);
  if (!absent(part.file_id)) return [];
  const field = `${at}.image_url`;
  // Some clients send chat's shape.
  const url = isObject(part.image_url) ? part.image_url.url : part.image_url;
  const source = sourceAt(ledger, field, url);
  ledger.meet(`${PART}.detail`, part.detail, `${at}.detail`);
  return source === null ? [] : [{ kind: 'image', source, ...readDetail(part.detail) }];
}

function readFile(ledger: Ledger, at: string, part: JsonObject): DocumentPart[] {
  ledger.meet(`${PART}.file_id`, part.file_id, `${at}.file_id`);
  if (!absent(part.file_id)) return [];
  const [field, url] = absent(part.file_url)
    ? [`${at}.file_data`, part.file_data]
    : [`${at}.file_url`, part.file_url];
  const source = sourceAt(ledger, field, url);
  const name = textOf(part.filename);
  return source === null ? [] : [{ kind: 'document', source, ...(name === null ? {} : { name }) }];
}

function sourceAt(ledger: Ledger, field: string, url: unknown): Source | null {
  const source = readUrl(needText(ledger, field, url));
  if (source === null) ledger.refuse(field, `'${field}' must be a web address or a base64 data URL.`);
  return source;
}

import type { CreateEmbeddingResponse } from 'openai/resources/embeddings';
import type { ImagesResponse } from 'openai/resources/images';
import type { Moderation } from 'openai/resources/moderations';
import { records } from '../json.ts';
import { tokensIn } from '../say.ts';
import { type AnswerOperation, createdNow, idOf, wholeOnly } from './dialect-answer.ts';

const DEFAULT_DIMENSIONS = 8;
const MAX_DIMENSIONS = 4096;

/** Unit vectors that depend on the text alone. */
export const embeddings: AnswerOperation = ({ json, model, body }) => {
  const inputs = Array.isArray(json?.input) && typeof json.input[0] !== 'number' ? json.input : [json?.input];
  const asked = json?.dimensions;
  const dimensions =
    typeof asked === 'number' ? Math.min(Math.max(1, asked), MAX_DIMENSIONS) : DEFAULT_DIMENSIONS;
  const data = inputs.map((input, index) => {
    const vector = unitVector(typeof input === 'string' ? input : JSON.stringify(input ?? ''), dimensions);
    const encoded = json?.encoding_format === 'base64';
    // The client's type only knows the list; over the wire it asks for base64.
    const embedding = (encoded ? Buffer.from(vector.buffer).toString('base64') : [...vector]) as number[];
    return { object: 'embedding' as const, index, embedding };
  });
  const tokens = tokensIn(body.length);
  return wholeOnly<CreateEmbeddingResponse>({
    object: 'list',
    data,
    model: model ?? 'text-embedding-3-small',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
};

function unitVector(text: string, dimensions: number): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(dimensions);
  for (let index = 0; index < text.length; index++) {
    vector[(index + text.charCodeAt(index)) % dimensions]! += (text.charCodeAt(index) % 17) - 8 || 1;
  }
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector.fill(1 / Math.sqrt(dimensions)) : vector.map((value) => value / norm);
}

/** One transparent pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

export const images: AnswerOperation = ({ json }) => {
  const count = typeof json?.n === 'number' ? Math.min(Math.max(1, json.n), 10) : 1;
  return wholeOnly<ImagesResponse>({
    created: createdNow(),
    data: Array.from({ length: count }, () => ({ b64_json: PNG })),
  });
};

const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] satisfies (keyof Moderation.Categories)[];

function perCategory<T>(value: T) {
  return Object.fromEntries(CATEGORIES.map((category) => [category, value]));
}

export const moderations: AnswerOperation = (call) => {
  const inputs =
    Array.isArray(call.json?.input) && records(call.json.input).length === 0 ? call.json.input : [0];
  return wholeOnly({
    id: idOf('modr-', call),
    model: call.model ?? 'omni-moderation-latest',
    results: inputs.map(() => ({
      flagged: false,
      categories: perCategory(false),
      category_scores: perCategory(0.0001),
      category_applied_input_types: perCategory(['text']),
    })),
  });
};

/** Audio, files, image edits: says what arrived, so that a proxy can be held to every byte. */
export const upload: AnswerOperation = (call) => {
  const contentType = call.headers['content-type'] ?? null;
  return wholeOnly({
    id: idOf('file-', call),
    object: 'file',
    bytes: call.body.length,
    created_at: createdNow(),
    filename: 'upload',
    purpose: 'user_data',
    status: 'processed',
    content_type: contentType,
    text: `Received ${call.body.length} bytes of ${contentType ?? 'nothing'}`,
  });
};

export const countTokens: AnswerOperation = ({ body }) => wholeOnly({ input_tokens: tokensIn(body.length) });

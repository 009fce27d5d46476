import { isUtf8 } from 'node:buffer';
import type { DialectName } from '../dialect.ts';
import { isObject, type JsonObject } from '../json.ts';
import { checkFields } from './check-fields.ts';
import { approxInputChars } from './input-chars.ts';
import { duplicateKey, scanObject } from './scan-object.ts';
import { hasLoneSurrogate, hasUnsafeKey } from './unsafe-text.ts';

/** FAULTS C09; real requests, tool schemas included, stay below 30. */
const MAX_DEPTH = 100;

/** What the gateway needs to know of a request; the bytes themselves travel on. */
export interface RequestFacts {
  readonly model: string;
  /** `[start, end)` of the model's JSON string literal in the body; null when the body names none and the API's default holds. */
  readonly modelSpan: readonly [number, number] | null;
  readonly stream: boolean;
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /** The client itself says what its stream is to tell. */
  readonly hasStreamOptions: boolean;
  readonly hasTools: boolean;
  /** The answer must be JSON (mode or schema). */
  readonly structured: boolean;
  /** The client's cap on the answer, in the model's tokens. */
  readonly maxOutputTokens: number | null;
  readonly messageCount: number;
  readonly approxInputChars: number;
}

export type Inspection =
  | { readonly ok: true; readonly facts: RequestFacts }
  /** `message` is for the client and never quotes the body. */
  | { readonly ok: false; readonly field: string | null; readonly message: string };

/** Models that the API itself assumes when the request names none (platform.openai.com, API reference). */
const DEFAULT_MODELS: Partial<Record<DialectName, string>> = {
  'openai-images': 'dall-e-2',
  'openai-moderations': 'omni-moderation-latest',
};

/**
 * Checks a request body and reads its facts (FAULTS C06, C08-C12, C18). What passes is safe to send on as the bytes it
 * came in: every reader of it will see the same model, fields and text.
 */
export function inspectRequest(dialect: DialectName, body: Buffer): Inspection {
  if (!isUtf8(body)) return refuse(null, 'The request body is not valid UTF-8.');
  // Before parsing: a million levels would block the loop for a second.
  const scan = scanObject(body, MAX_DEPTH);
  if (scan.tooDeep) return refuse(null, `The request body is nested deeper than ${MAX_DEPTH} levels.`);
  const text = body.toString();
  const request = parse(text);
  if (request === null) return refuse(null, 'The request body is not valid JSON.');
  if (!isObject(request)) return refuse(null, 'The request body must be a JSON object.');
  if (Object.keys(request).length * 2 !== scan.keySpans.length) {
    const field = plainName(duplicateKey(body, scan));
    return refuse(field, `${field === null ? 'A field' : `'${field}'`} is given twice.`);
  }
  if (hasUnsafeKey(text, scan.escapes, request))
    return refuse(
      null,
      'The request body holds a key that is not allowed (__proto__ or constructor.prototype).',
    );
  if (scan.escapes && hasLoneSurrogate(text))
    return refuse(null, 'The request body holds half of a surrogate pair, which is no valid text.');
  const problem = checkFields(dialect, request, DEFAULT_MODELS[dialect] !== undefined);
  if (problem !== null) return { ok: false, ...problem };
  return { ok: true, facts: factsOf(request, scan.modelSpan, DEFAULT_MODELS[dialect]) };
}

function refuse(field: string | null, message: string): Inspection {
  return { ok: false, field, message };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function plainName(key: string | null): string | null {
  return key !== null && /^[a-z_]{1,40}$/.test(key) ? key : null;
}

function factsOf(
  request: JsonObject,
  modelSpan: readonly [number, number] | null,
  defaultModel: string | undefined,
): RequestFacts {
  const { messages, input, stream_options: options } = request;
  const limit = request.max_completion_tokens ?? request.max_tokens ?? request.max_output_tokens;
  const conversation = messages ?? input;
  return {
    model: String(request.model ?? defaultModel),
    modelSpan,
    stream: request.stream === true,
    includeUsage: isObject(options) && options.include_usage === true,
    hasStreamOptions: options !== undefined,
    hasTools: isFilled(request.tools) || isFilled(request.functions),
    structured: isStructured(request),
    maxOutputTokens: typeof limit === 'number' ? limit : null,
    messageCount: Array.isArray(conversation) ? conversation.length : 1,
    approxInputChars: approxInputChars(request),
  };
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** Chat `response_format`, Responses `text.format`, Messages `output_config.format` (before: `output_format`). */
function isStructured(request: JsonObject): boolean {
  const { text, output_config: config } = request;
  const formats = [
    request.response_format,
    isObject(text) ? text.format : null,
    isObject(config) ? config.format : null,
    request.output_format,
  ];
  return formats.some(
    (format) => isObject(format) && typeof format.type === 'string' && format.type.startsWith('json'),
  );
}

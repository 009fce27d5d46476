import { isObject, type JsonObject } from '../../json.ts';
import type { AnswerFormat, Reasoning, Sampling } from '../conversation.ts';
import type { Ledger } from '../ledger.ts';
import type { Asked } from './asked.ts';
import { absent, readNumber, readObject, readText, readTexts } from './fields.ts';
import { readChatTools } from './read-chat-tools.ts';
import { readChatTurns } from './read-chat-turns.ts';

/** Reads a `POST /chat/completions` request that `inspectRequest` let in. */
export function readChatRequest(ledger: Ledger, request: JsonObject): Asked {
  for (const field in request) ledger.meet(field, request[field]);
  const { stream_options: options } = request;
  return {
    stream: request.stream === true,
    includeUsage: isObject(options) && options.include_usage === true,
    ...readChatTurns(ledger, request.messages),
    ...readChatTools(ledger, request),
    format: readResponseFormat(ledger, request.response_format),
    maxOutput:
      readNumber(ledger, 'max_completion_tokens', request.max_completion_tokens) ??
      readNumber(ledger, 'max_tokens', request.max_tokens),
    stop: readTexts(ledger, 'stop', request.stop),
    sampling: readChatSampling(ledger, request),
    reasoning: readEffort(readText(ledger, 'reasoning_effort', request.reasoning_effort)),
    user:
      readText(ledger, 'safety_identifier', request.safety_identifier) ??
      readText(ledger, 'user', request.user),
  };
}

/** By the names that OpenAI's dialects share; `top_k` is what many of its relatives know besides. */
export function readChatSampling(ledger: Ledger, request: JsonObject): Sampling {
  return {
    temperature: readNumber(ledger, 'temperature', request.temperature),
    topP: readNumber(ledger, 'top_p', request.top_p),
    topK: readNumber(ledger, 'top_k', request.top_k),
    frequencyPenalty: readNumber(ledger, 'frequency_penalty', request.frequency_penalty),
    presencePenalty: readNumber(ledger, 'presence_penalty', request.presence_penalty),
    seed: readNumber(ledger, 'seed', request.seed),
  };
}

export function readEffort(effort: string | null): Reasoning | null {
  if (effort === null) return null;
  return effort === 'none' ? { kind: 'off' } : { kind: 'effort', effort };
}

function readResponseFormat(ledger: Ledger, value: unknown): AnswerFormat | null {
  const format = readObject(ledger, 'response_format', value);
  if (format === null || format.type === 'text') return null;
  if (format.type === 'json_object') return { kind: 'json' };
  if (format.type === 'json_schema')
    return readSchemaFormat(ledger, 'response_format.json_schema', format.json_schema);
  ledger.refuse(
    'response_format.type',
    `'response_format.type' is no format that can be told to the endpoint.`,
  );
  return null;
}

/** `name`, `description`, `schema` and `strict`; a format without a schema is JSON of any shape. */
export function readSchemaFormat(ledger: Ledger, at: string, value: unknown): AnswerFormat | null {
  const given = readObject(ledger, at, value ?? 'nothing');
  if (given === null) return null;
  const schema = readObject(ledger, `${at}.schema`, given.schema);
  if (schema === null) return { kind: 'json' };
  return {
    kind: 'schema',
    name: readText(ledger, `${at}.name`, given.name),
    description: readText(ledger, `${at}.description`, given.description),
    schema,
    strict: absent(given.strict) ? null : given.strict === true,
  };
}

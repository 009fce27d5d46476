import type { JsonObject } from '../../json.ts';
import type { AnswerFormat } from '../conversation.ts';
import type { Ledger } from '../ledger.ts';
import type { Asked } from './asked.ts';
import { meetOthers, readNumber, readObject, readText, readTexts } from './fields.ts';
import { readChatSampling, readEffort, readSchemaFormat } from './read-chat.ts';
import { readResponsesInput } from './read-responses-input.ts';
import { readResponsesTools } from './read-responses-tools.ts';

const KNOWN_OF_TEXT = new Set(['format']);
const KNOWN_OF_REASONING = new Set(['effort']);

/** Reads a `POST /responses` request that `inspectRequest` let in. */
export function readResponsesRequest(ledger: Ledger, request: JsonObject): Asked {
  for (const field in request) ledger.meet(field, request[field]);
  for (const wish of readTexts(ledger, 'include', request.include)) ledger.meet(`include.${wish}`, true);
  const text = readObject(ledger, 'text', request.text) ?? {};
  const reasoning = readObject(ledger, 'reasoning', request.reasoning) ?? {};
  meetOthers(ledger, 'text', 'text', text, KNOWN_OF_TEXT);
  meetOthers(ledger, 'reasoning', 'reasoning', reasoning, KNOWN_OF_REASONING);
  return {
    stream: request.stream === true,
    includeUsage: true,
    ...readResponsesInput(ledger, request),
    ...readResponsesTools(ledger, request),
    format: readFormat(ledger, text.format),
    maxOutput: readNumber(ledger, 'max_output_tokens', request.max_output_tokens),
    stop: [],
    sampling: readChatSampling(ledger, request),
    reasoning: readEffort(readText(ledger, 'reasoning.effort', reasoning.effort)),
    user:
      readText(ledger, 'safety_identifier', request.safety_identifier) ??
      readText(ledger, 'user', request.user),
  };
}

function readFormat(ledger: Ledger, value: unknown): AnswerFormat | null {
  const format = readObject(ledger, 'text.format', value);
  if (format === null || format.type === 'text') return null;
  if (format.type === 'json_object') return { kind: 'json' };
  if (format.type === 'json_schema') return readSchemaFormat(ledger, 'text.format', format);
  ledger.refuse('text.format.type', `'text.format.type' is no format that can be told to the endpoint.`);
  return null;
}

import { isObject, type JsonObject, saysSomething } from '../../json.ts';
import type { Ledger } from '../ledger.ts';
import type { Asked } from './asked.ts';
import { readNumber, readText, readTexts } from './fields.ts';
import { readChatSampling } from './read-chat.ts';

/** What the API itself assumes (platform.openai.com, API reference, legacy completions, `max_tokens`). */
const DEFAULT_OUTPUT = 16;

/** Reads a `POST /completions` request that `inspectRequest` let in: its prompt is what the user says. */
export function readCompletionsRequest(ledger: Ledger, request: JsonObject): Asked {
  for (const field in request) ledger.meet(field, request[field]);
  const { stream_options: options } = request;
  return {
    stream: request.stream === true,
    includeUsage: isObject(options) && options.include_usage === true,
    system: [],
    turns: [{ role: 'user', parts: [{ kind: 'text', text: readPrompt(ledger, request.prompt) }] }],
    tools: [],
    toolChoice: null,
    parallelTools: null,
    functionsOnly: false,
    format: null,
    maxOutput: readNumber(ledger, 'max_tokens', request.max_tokens) ?? DEFAULT_OUTPUT,
    stop: readTexts(ledger, 'stop', request.stop),
    sampling: readChatSampling(ledger, request),
    reasoning: null,
    user: readText(ledger, 'user', request.user),
  };
}

/** Several prompts have several answers, and tokens mean something to one model alone. */
function readPrompt(ledger: Ledger, prompt: unknown): string {
  const text = Array.isArray(prompt) && prompt.length === 1 ? (prompt[0] as unknown) : prompt;
  if (saysSomething(text)) return text;
  ledger.refuse('prompt', `'prompt' must be one text to be told to the endpoint.`);
  return '';
}

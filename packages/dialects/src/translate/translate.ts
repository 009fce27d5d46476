import { parseAnswer } from '../answers/parse-answer.ts';
import type { DialectName } from '../dialect.ts';
import { isObject, type JsonObject, parseObject } from '../json.ts';
import { ollamaChunks } from '../render/ollama-chunks.ts';
import { streamToAnswer } from '../render/openai-chat.ts';
import { readChatAnswer } from './answers/read-chat.ts';
import { readMessagesAnswer } from './answers/read-messages.ts';
import { writeChatAnswer } from './answers/write-chat.ts';
import { writeCompletionsAnswer } from './answers/write-completions.ts';
import { writeMessagesAnswer } from './answers/write-messages.ts';
import { writeResponsesAnswer } from './answers/write-responses.ts';
import type { Answer, Conversation } from './conversation.ts';
import { type Ledger, type Names, openLedger } from './ledger.ts';
import type { Asked } from './requests/asked.ts';
import { readChatRequest } from './requests/read-chat.ts';
import { readCompletionsRequest } from './requests/read-completions.ts';
import { readMessagesRequest } from './requests/read-messages.ts';
import { readResponsesRequest } from './requests/read-responses.ts';
import { writeChatRequest } from './requests/write-chat.ts';
import { writeMessagesRequest } from './requests/write-messages.ts';
import { type ClientDialectName, type EndpointDialectName, rulesFrom } from './rules/directions.ts';
import { CHAT_NAMES, COMPLETIONS_NAMES, MESSAGES_NAMES, RESPONSES_NAMES } from './rules/names.ts';
import { translateStream } from './streams/translate-stream.ts';
import type { Target, Translated } from './translation.ts';

interface ClientDialect {
  readonly names: Names;
  readonly read: (ledger: Ledger, request: JsonObject) => Asked;
  readonly write: (answer: Answer, request: Conversation) => object;
}

interface EndpointDialect {
  readonly write: (ledger: Ledger, conversation: Conversation, target: Target) => object;
  readonly read: (answer: JsonObject) => Answer;
}

const CLIENTS: { readonly [from in DialectName]?: ClientDialect } = {
  'openai-chat': { names: CHAT_NAMES, read: readChatRequest, write: writeChatAnswer },
  'anthropic-messages': { names: MESSAGES_NAMES, read: readMessagesRequest, write: writeMessagesAnswer },
  'openai-responses': { names: RESPONSES_NAMES, read: readResponsesRequest, write: writeResponsesAnswer },
  'openai-completions': {
    names: COMPLETIONS_NAMES,
    read: readCompletionsRequest,
    write: writeCompletionsAnswer,
  },
} satisfies Record<ClientDialectName, ClientDialect>;

const ENDPOINTS: { readonly [to in DialectName]?: EndpointDialect } = {
  'openai-chat': { write: writeChatRequest, read: readChatAnswer },
  'anthropic-messages': { write: writeMessagesRequest, read: readMessagesAnswer },
} satisfies Record<EndpointDialectName, EndpointDialect>;

/** The dialects that a client's requests can be told in, best first. */
export function translatableTo(from: DialectName): readonly DialectName[] {
  return Object.keys(rulesFrom(from)) as DialectName[];
}

/**
 * Tells a request (one that `inspectRequest` let in) in the dialect `to`, one of `translatableTo(from)`. Never throws whatever the
 * request holds.
 */
export function translate(from: DialectName, to: DialectName, body: Buffer, target: Target): Translated {
  const client = CLIENTS[from];
  const endpoint = ENDPOINTS[to];
  const rules = rulesFrom(from)[to];
  if (client === undefined || endpoint === undefined || rules === undefined)
    throw new Error(`No request of ${from} can be told in ${to}`);
  const ledger = openLedger(rules, client.names);
  const asked = client.read(ledger, parseObject(body.toString()) ?? {});
  const conversation = { ...asked, model: target.model, askedAt: target.askedAt };
  const request = endpoint.write(ledger, conversation, target);
  if (ledger.refusal !== null) return { kind: 'refused', ...ledger.refusal };
  return {
    kind: 'translated',
    translation: {
      body: Buffer.from(JSON.stringify(request)),
      dropped: ledger.dropped,
      answer: (answer) =>
        Buffer.from(JSON.stringify(client.write(endpoint.read(answerIn(answer)), conversation))),
      openStream: () => translateStream(from, to, conversation),
    },
  };
}

/** A chat endpoint may be an Ollama that answers in its own shape. */
function answerIn(body: Buffer): JsonObject {
  const parsed = parseAnswer(ollamaChunks(body) === null ? body : (streamToAnswer(body) ?? body));
  return 'value' in parsed && isObject(parsed.value) ? parsed.value : {};
}

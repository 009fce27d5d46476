import type { DialectName } from '../dialect.ts';
import { isObject, type JsonObject, objectsIn, parseObject, textOf } from '../json.ts';
import { valueSpans } from '../request/value-spans.ts';
import { withEdits } from '../request/with-edits.ts';
import { callsWithoutThought } from './calls-without-thought.ts';
import { isThought } from './is-thought.ts';
import { OUR_MARK } from './our-mark.ts';
import { isOurs } from './reasoning-detail.ts';
import { chatAbilities } from './requests/chat-abilities.ts';
import { openSeal } from './sealed-reasoning.ts';

/** Whether a block or an item is left out. */
type Choice = (part: JsonObject) => boolean;

const SIGNATURE = Buffer.from('"signature"');
const MARK = Buffer.from(`"${OUR_MARK}`);

/**
 * A request in its client's own dialect without the thoughts of another vendor's model that translation showed the client
 * earlier in the conversation: this vendor would answer 400 to them, now and for the rest of it. Any other body is the same Buffer.
 * `model`: the endpoint's.
 */
export function withoutForeignThoughts(dialect: DialectName, body: Buffer, model: string): Buffer {
  if (dialect === 'anthropic-messages' && hasEmptySignature(body))
    return replaced(body, (request) => cleanMessages(request, isUnsigned));
  if (dialect === 'openai-responses' && body.includes(MARK))
    return replaced(body, (request) => cleanInput(request, isForeign));
  if (dialect === 'openai-chat' && body.includes(MARK)) {
    const { thoughts } = chatAbilities(model);
    return replaced(body, (request) => cleanChat(request, thoughts));
  }
  return body;
}

/** The same without any thoughts, sealed by whomever; those of chat are no vendor's to refuse. */
export function withoutThoughts(dialect: DialectName, body: Buffer): Buffer {
  if (dialect === 'anthropic-messages') return replaced(body, (request) => cleanMessages(request, isThought));
  if (dialect === 'openai-responses')
    return replaced(body, (request) => cleanInput(request, ({ type }) => type === 'reasoning'));
  return body;
}

/** A signature of Anthropic's own is never empty. Inside a text the quotes would have backslashes. */
function hasEmptySignature(body: Buffer): boolean {
  for (let at = body.indexOf(SIGNATURE); at !== -1; at = body.indexOf(SIGNATURE, at + SIGNATURE.length)) {
    const behind = at + SIGNATURE.length;
    if (/^\s*:\s*""/.test(body.toString('latin1', behind, behind + 16))) return true;
  }
  return false;
}

/** The body with other values of some of its fields; all other bytes stay. */
function replaced(body: Buffer, clean: (request: JsonObject) => JsonObject): Buffer {
  const request = parseObject(body.toString());
  if (request === null) return body;
  const spans = valueSpans(body);
  const edits = Object.entries(clean(request)).flatMap(([field, value]) => {
    const span = spans.get(field);
    return span === undefined ? [] : [{ start: span[0], end: span[1], text: JSON.stringify(value) }];
  });
  return withEdits(body, edits);
}

/** Where results of tools come back, thinking by a budget wants the thoughts that led to the calls: it pauses until the model has spoken. */
function cleanMessages({ messages, thinking }: JsonObject, isLeftOut: Choice): JsonObject {
  if (!Array.isArray(messages)) return {};
  const cleaned = messages
    .map((message: unknown) => (isObject(message) ? withoutBlocks(message, isLeftOut) : message))
    .filter((message) => !isObject(message) || !Array.isArray(message.content) || message.content.length > 0);
  const isPaused = isObject(thinking) && thinking.type === 'enabled' && callsWithoutThought(cleaned);
  return { messages: cleaned, ...(isPaused ? { thinking: { type: 'disabled' } } : {}) };
}

function withoutBlocks(message: JsonObject, isLeftOut: Choice): JsonObject {
  const { content } = message;
  if (message.role !== 'assistant' || !Array.isArray(content)) return message;
  return { ...message, content: content.filter((block: unknown) => !isObject(block) || !isLeftOut(block)) };
}

function isUnsigned({ type, signature }: JsonObject): boolean {
  return type === 'thinking' && signature === '';
}

/** `takesThoughts`: as far as they can be read. */
function cleanChat({ messages }: JsonObject, takesThoughts: boolean): JsonObject {
  if (!objectsIn(messages).some(hasOurThoughts)) return {};
  return {
    messages: (messages as readonly unknown[]).map((message) => {
      if (!isObject(message) || !hasOurThoughts(message)) return message;
      const { reasoning_details, reasoning_content, ...rest } = message;
      return takesThoughts ? { ...rest, reasoning_content } : rest;
    }),
  };
}

function hasOurThoughts({ reasoning_details: details }: JsonObject): boolean {
  return objectsIn(details).some(isOurs);
}

function cleanInput({ input }: JsonObject, isLeftOut: Choice): JsonObject {
  if (!Array.isArray(input)) return {};
  const own = input.filter((item: unknown) => !isObject(item) || !isLeftOut(item));
  return own.length === input.length ? {} : { input: own };
}

function isForeign({ type, encrypted_content }: JsonObject): boolean {
  const encrypted = textOf(encrypted_content);
  return type === 'reasoning' && encrypted !== null && openSeal(encrypted) !== null;
}

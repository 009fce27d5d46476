import { isUtf8 } from 'node:buffer';
import { type JsonObject, objectsIn, parseObject, saysSomething } from '@holdfast/dialects/json';
import { scanObject } from '@holdfast/dialects/request/scan-object';

/** One earlier message of the conversation. */
export interface EarlierMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** What a client of a persona says. */
export interface PersonaMessage {
  readonly kind: 'message';
  readonly message: string;
  /** As sent: of any type, with any name. */
  readonly personality: unknown;
  readonly flirt: boolean;
  readonly nsfw: boolean;
  /** Oldest first. */
  readonly history: readonly EarlierMessage[];
}

/** Nothing to answer; `error` says why without quoting the body. */
export interface NoMessage {
  readonly kind: 'none';
  readonly error: string;
  readonly personality: unknown;
}

/** The body has three levels. */
const MAX_DEPTH = 32;
/** Characters of earlier messages that travel along; about 8 000 of a model's tokens. */
const HISTORY_CHARS = 32_000;

/**
 * Reads `{"message", "personality", "flirt_enabled", "nsfw_enabled", "history"?}`. Only these fields are looked at; of the
 * history only well-formed messages of the user and the assistant count, and the newest `maxHistory` of them.
 */
export function readMessage(body: Buffer, maxHistory: number): PersonaMessage | NoMessage {
  if (!isUtf8(body)) return none('The body is not valid UTF-8.');
  // Before parsing: a million levels would block the loop for a second (FAULTS C09).
  if (scanObject(body, MAX_DEPTH).tooDeep) return none('The body is nested too deep.');
  const said = parseObject(body.toString());
  if (said === null) return none('The body must be a JSON object.');
  const { message, personality, flirt_enabled: flirt, nsfw_enabled: nsfw, history } = said;
  if (!saysSomething(message)) return none('message: must be a text that says something.', personality);
  return {
    kind: 'message',
    message: wellFormed(message as string),
    personality,
    flirt: flirt === true,
    nsfw: nsfw === true,
    history: newest(history, maxHistory),
  };
}

const none = (error: string, personality: unknown = null): NoMessage => ({
  kind: 'none',
  error,
  personality,
});

/** Half a surrogate pair is no text that could be sent on (FAULTS C12). */
const wellFormed = (text: string): string => text.toWellFormed();

function newest(history: unknown, max: number): EarlierMessage[] {
  const kept: EarlierMessage[] = [];
  let chars = 0;
  for (const entry of objectsIn(history).toReversed()) {
    if (kept.length >= max) break;
    const earlier = earlierMessage(entry);
    if (earlier === null) continue;
    chars += earlier.content.length;
    if (chars > HISTORY_CHARS) break;
    kept.push(earlier);
  }
  return kept.toReversed();
}

/** Other roles, the system's above all, are the persona's own business. */
function earlierMessage({ role, content }: JsonObject): EarlierMessage | null {
  if ((role !== 'user' && role !== 'assistant') || !saysSomething(content)) return null;
  return { role, content: wellFormed(content as string) };
}

import { estimatedTokens } from '../answers/estimated-tokens.ts';
import { countOf, type JsonObject, objectsIn, parseObject } from '../json.ts';
import { valueSpans } from '../request/value-spans.ts';
import { type Edit, withEdits } from '../request/with-edits.ts';
import type { ContinuationStyle } from './continuation-style.ts';

const GO_ON = {
  role: 'user',
  content:
    'Your last message was cut off by a connection failure. Go on with it exactly where it stops: begin with the very ' +
    'next character, be it a space, a line break or the rest of a word. Do not repeat any of it, do not mention the ' +
    'interruption, and end where it would have ended.',
};

/** What the text's message says in each style, and what the request says. */
const MESSAGE_FIELDS: Readonly<Partial<Record<ContinuationStyle, JsonObject>>> = {
  prefix: { prefix: true },
  partial: { partial: true },
};
const REQUEST_FIELDS: Readonly<Partial<Record<ContinuationStyle, JsonObject>>> = {
  continue_final_message: { continue_final_message: true, add_generation_prompt: false },
};
const OUTPUT_LIMITS = ['max_tokens', 'max_completion_tokens'];

export interface ContinuationRequest {
  /** The endpoint's name for the model. */
  readonly model: string;
  /** What was said so far, as far as a model can be shown it. */
  readonly text: string;
  readonly style: ContinuationStyle;
}

/**
 * The client's request (a valid chat or Messages one) turned into one that goes on with an answer: the text so far becomes
 * the assistant's last message, and limits on the output shrink by an estimate of what it took. All other bytes stay.
 */
export function continuationBody(body: Buffer, { model, text, style }: ContinuationRequest): Buffer {
  const request = parseObject(body.toString()) ?? {};
  const spans = valueSpans(body);
  const brace = body.indexOf('{') + 1;
  const set = (key: string, value: unknown): Edit => {
    const [start, end] = spans.get(key) ?? [brace, brace];
    const json = JSON.stringify(value);
    return { start, end, text: start === brace ? `${JSON.stringify(key)}:${json},` : json };
  };
  const limits = OUTPUT_LIMITS.filter((key) => countOf(request[key]) !== null);
  return withEdits(body, [
    set('model', model),
    withText(objectsIn(request.messages), spans.get('messages')!, text, style),
    ...Object.entries(REQUEST_FIELDS[style] ?? {}).map(([key, value]) => set(key, value)),
    ...limits.map((key) => set(key, Math.max(1, Number(request[key]) - estimatedTokens(text.length)))),
  ]);
}

/** The messages that come last. One of the assistant's that the client itself had put there is the beginning of the same text. */
function withText(
  messages: readonly JsonObject[],
  [start, end]: readonly [number, number],
  text: string,
  style: ContinuationStyle,
): Edit {
  const last = messages.at(-1);
  const begun = last?.role === 'assistant' ? last : null;
  const added = [
    { ...begun, role: 'assistant', content: `${begun?.content ?? ''}${text}`, ...MESSAGE_FIELDS[style] },
    ...(style === 'instruction' ? [GO_ON] : []),
  ];
  if (begun !== null) return { start, end, text: JSON.stringify([...messages.slice(0, -1), ...added]) };
  return { start: end - 1, end: end - 1, text: `,${JSON.stringify(added).slice(1, -1)}` };
}

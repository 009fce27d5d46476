import type { CannedAnswer } from '../dialect.ts';
import { isObject, type JsonObject, objectsIn, parseObject } from '../json.ts';
import { readEvents } from '../sse/read-events.ts';
import { dataEvent } from '../sse/write-event.ts';
import { isComplete } from '../streams/is-complete.ts';
import { openStream } from '../streams/openai-chat.ts';
import { mergeChunks } from './merge-chunks.ts';
import { ollamaChunks } from './ollama-chunks.ts';

export function cannedBody(answer: CannedAnswer): Buffer {
  const message = { role: 'assistant', content: answer.text, refusal: null };
  return Buffer.from(
    JSON.stringify({
      id: `chatcmpl-${answer.requestId}`,
      object: 'chat.completion',
      created: answer.created,
      model: answer.model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    }),
  );
}

export function cannedStream(answer: CannedAnswer): Buffer {
  return answerToStream(cannedBody(answer));
}

/**
 * Each choice becomes a role chunk, one chunk with all it says, and a finish chunk. Usage rides on the last finish chunk: a chunk
 * with `choices: []` would surprise clients that did not ask for one.
 */
export function answerToStream(body: Buffer): Buffer {
  const answer = ollamaChunks(body) === null ? body : streamToAnswer(body);
  const { choices, usage, ...head } = parseObject(String(answer)) ?? {};
  const chunk = (choice: object, extra: object = {}) =>
    dataEvent({ ...head, object: 'chat.completion.chunk', choices: [choice], ...extra });
  const all = objectsIn(choices);
  let out = '';
  for (const [position, { message, finish_reason, logprobs, ...rest }] of all.entries()) {
    const index = rest.index ?? position;
    const { role, ...said } = isObject(message) ? message : {};
    out += chunk({
      index,
      delta: { role: role ?? 'assistant', content: typeof said.content === 'string' ? '' : null },
      finish_reason: null,
    });
    if (message !== undefined) {
      const delta = withToolIndexes(said);
      out += chunk({ index, delta, ...(logprobs === undefined ? {} : { logprobs }), finish_reason: null });
    }
    const isLast = position === all.length - 1;
    out += chunk(
      { ...rest, index, delta: {}, finish_reason: finish_reason ?? 'stop' },
      isLast && usage !== undefined ? { usage } : {},
    );
  }
  return Buffer.from(`${out}data: [DONE]\n\n`);
}

/** In a stream a tool call is known by its index. */
function withToolIndexes(message: JsonObject): JsonObject {
  if (!Array.isArray(message.tool_calls)) return message;
  return { ...message, tool_calls: objectsIn(message.tool_calls).map((call, index) => ({ index, ...call })) };
}

/** Ollama's NDJSON is understood too. Null for a stream that is cut short, empty or reports an error. */
export function streamToAnswer(body: Buffer): Buffer | null {
  const chunks = ollamaChunks(body) ?? (isComplete(openStream(), body) ? readEvents(body) : null);
  if (chunks === null) return null;
  const { head, choices } = mergeChunks(chunks);
  const said = choices.map(({ delta, text, ...choice }) => ({
    ...choice,
    message: messageOf(choice.message ?? delta),
  }));
  return Buffer.from(JSON.stringify({ ...head, object: 'chat.completion', choices: said }));
}

function messageOf(delta: unknown): JsonObject {
  const { tool_calls: calls, content, ...rest } = isObject(delta) ? delta : ({} as JsonObject);
  const message = {
    role: 'assistant',
    content: content === undefined || content === '' ? null : content,
    ...rest,
  };
  if (!Array.isArray(calls) || calls.length === 0) return { ...message, content: content ?? '' };
  const inOrder = objectsIn(calls).toSorted((a, b) => Number(a.index) - Number(b.index));
  return { ...message, tool_calls: inOrder.map(({ index, ...call }) => call) };
}

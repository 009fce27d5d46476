import { isObject, type JsonObject, objectsIn, parseObject, textOf } from '../json.ts';

/**
 * The lines of an Ollama stream (`application/x-ndjson`, from `/api/chat` or `/api/generate`) as chat and completion chunks in
 * one. Null when the body is none, or ends before `done: true`.
 */
export function ollamaChunks(body: Buffer): JsonObject[] | null {
  const events: JsonObject[] = [];
  for (const line of body.toString().split('\n')) {
    if (line.trim() === '') continue;
    const event = parseObject(line);
    if (event === null || typeof event.done !== 'boolean') return null;
    events.push(event);
  }
  if (events.at(-1)?.done !== true) return null;
  let calls = 0;
  return events.map((event) => {
    const message = isObject(event.message) ? event.message : {};
    const called = objectsIn(message.tool_calls).map((call) => toolCall(call, calls++));
    return chunkOf(event, message, called, calls > 0);
  });
}

function chunkOf(
  event: JsonObject,
  message: JsonObject,
  calls: readonly object[],
  hasTools: boolean,
): JsonObject {
  const content = textOf(message.content) ?? textOf(event.response) ?? '';
  const created = Math.floor(Date.parse(textOf(event.created_at) ?? '') / 1000) || 0;
  const finish = event.done === true ? finishOf(event, hasTools) : null;
  const delta = {
    role: 'assistant',
    content,
    ...(textOf(message.thinking) === null ? {} : { reasoning: message.thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    id: `chatcmpl-${created}`,
    created,
    model: event.model,
    choices: [{ index: 0, delta, text: content, finish_reason: finish }],
    usage: finish === null ? null : usageOf(event),
  };
}

/** Ollama sends each call whole, its arguments as an object. */
function toolCall(call: JsonObject, index: number): object {
  const called: JsonObject = isObject(call.function) ? call.function : {};
  const given = called.arguments ?? {};
  return {
    index,
    id: textOf(call.id) ?? `call_${index}`,
    type: 'function',
    function: { name: called.name, arguments: typeof given === 'string' ? given : JSON.stringify(given) },
  };
}

/** Ollama says `stop` also when it called tools. */
function finishOf(event: JsonObject, hasTools: boolean): string {
  if (event.done_reason === 'length') return 'length';
  return hasTools ? 'tool_calls' : 'stop';
}

function usageOf(event: JsonObject): object {
  const prompt = Number(event.prompt_eval_count ?? 0);
  const completion = Number(event.eval_count ?? 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

import type { CannedAnswer } from '../dialect.ts';
import { isObject, type JsonObject, objectsIn, parseObject, textOf } from '../json.ts';
import { readEvents } from '../sse/read-events.ts';
import { namedEvent } from '../sse/write-event.ts';
import { openStream } from '../streams/anthropic-messages.ts';
import { isComplete } from '../streams/is-complete.ts';
import { mergeDelta } from './merge-deltas.ts';

export function cannedBody(answer: CannedAnswer): Buffer {
  return Buffer.from(
    JSON.stringify({
      id: `msg_${answer.requestId}`,
      type: 'message',
      role: 'assistant',
      model: answer.model,
      content: [{ type: 'text', text: answer.text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 0, output_tokens: 0 },
    }),
  );
}

export function cannedStream(answer: CannedAnswer): Buffer {
  return answerToStream(cannedBody(answer));
}

/** Each block becomes its start, what it says in one delta (or as few as the format allows), and its stop. */
export function answerToStream(body: Buffer): Buffer {
  const { content, stop_reason, stop_sequence, usage, ...head } = parseObject(body.toString()) ?? {};
  const counts = isObject(usage) ? usage : {};
  const message = {
    ...head,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...counts, output_tokens: 0 },
  };
  let out = event({ type: 'message_start', message });
  for (const [index, block] of objectsIn(content).entries()) {
    const { start, deltas } = unfold(block);
    out += event({ type: 'content_block_start', index, content_block: start });
    for (const delta of deltas) out += event({ type: 'content_block_delta', index, delta });
    out += event({ type: 'content_block_stop', index });
  }
  const delta = { stop_reason: stop_reason ?? 'end_turn', stop_sequence: stop_sequence ?? null };
  out += event({ type: 'message_delta', delta, usage: { output_tokens: counts.output_tokens ?? 0 } });
  return Buffer.from(out + event({ type: 'message_stop' }));
}

function event(document: { readonly type: string; readonly [key: string]: unknown }): string {
  return namedEvent(document.type, document);
}

/** Kinds of blocks without a delta of their own are whole in their start. */
function unfold(block: JsonObject): { start: JsonObject; deltas: object[] } {
  switch (block.type) {
    case 'text': {
      const { citations, ...start } = block;
      const cited = objectsIn(citations).map((citation) => ({ type: 'citations_delta', citation }));
      return {
        start: { ...start, text: '' },
        deltas: [...cited, { type: 'text_delta', text: textOf(block.text) ?? '' }],
      };
    }
    case 'thinking': {
      const { thinking, signature, ...start } = block;
      const deltas: object[] = [{ type: 'thinking_delta', thinking: thinking ?? '' }];
      if (signature !== undefined) deltas.push({ type: 'signature_delta', signature });
      return { start: { ...start, thinking: '', signature: '' }, deltas };
    }
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return {
        start: { ...block, input: {} },
        deltas: [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input ?? {}) }],
      };
    default:
      return { start: block, deltas: [] };
  }
}

/** Null for a stream that is cut short, empty or reports an error. */
export function streamToAnswer(body: Buffer): Buffer | null {
  if (!isComplete(openStream(), body)) return null;
  let message: JsonObject = {};
  const blocks = new Map<unknown, { block: { [key: string]: unknown }; json: string }>();
  for (const event of readEvents(body)) {
    if (event.type === 'message_start' && isObject(event.message)) message = { ...event.message, ...message };
    else if (
      event.type === 'content_block_start' &&
      isObject(event.content_block) &&
      !blocks.has(event.index)
    ) {
      blocks.set(event.index, { block: { ...event.content_block }, json: '' });
    } else if (event.type === 'content_block_delta' && isObject(event.delta))
      addDelta(blocks.get(event.index), event.delta);
    else if (event.type === 'message_delta') {
      const usage = {
        ...(isObject(message.usage) ? message.usage : {}),
        ...(isObject(event.usage) ? event.usage : {}),
      };
      message = { ...message, ...(isObject(event.delta) ? event.delta : {}), usage };
    }
  }
  const content = [...blocks.values()].map(({ block, json }) =>
    json === '' ? block : { ...block, input: parseObject(json) ?? {} },
  );
  const stop =
    message.stop_reason ?? (content.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn');
  return Buffer.from(JSON.stringify({ ...message, content, stop_reason: stop }));
}

function addDelta(
  entry: { block: { [key: string]: unknown }; json: string } | undefined,
  delta: JsonObject,
): void {
  if (entry === undefined) return;
  const { type, citation, partial_json, ...said } = delta;
  if (typeof partial_json === 'string') entry.json += partial_json;
  if (citation !== undefined) mergeDelta(entry.block, { citations: [citation] });
  mergeDelta(entry.block, said);
}

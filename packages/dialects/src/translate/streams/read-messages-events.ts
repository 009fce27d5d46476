import { countOf, isObject, type JsonObject, textOf } from '../../json.ts';
import { readMessagesFinish } from '../answers/finish-names.ts';
import { readMessagesUsage } from '../answers/messages-usage.ts';
import type { EventReader, Tell } from './event-reader.ts';
import { inSequence } from './in-sequence.ts';
import { repeatable } from './repeatable.ts';

/** A content block that is told as the part `index`. */
interface Block {
  readonly index: number;
  /** What a tool is called with if no delta says it. */
  input: string | null;
}

/**
 * Reads the events of a message. Blocks that no other dialect has (tools that the provider runs itself and what came of them)
 * and citations are left out.
 */
export function readMessagesEvents(hear: Tell): EventReader {
  const sequence = inSequence(hear);
  const repeat = repeatable(sequence.put, hear);
  const { put, tell } = repeat;
  const blocks = new Map<number, Block>();
  let parts = 0;
  let started = false;
  let usage: JsonObject = {};

  function read(event: JsonObject, name: string | null): void {
    repeat.begin();
    const type = textOf(event.type) ?? name;
    const at = countOf(event.index) ?? 0;
    if (type === 'content_block_delta') {
      if (isObject(event.delta)) readDelta(at, event.delta);
    } else if (type === 'content_block_start') {
      if (isObject(event.content_block) && !blocks.has(at)) open(at, event.content_block);
      repeat.begin(); // a second start of the block would say nothing
    } else if (type === 'content_block_stop') {
      const block = blocks.get(at);
      if (block !== undefined) end(block);
    } else if (type === 'message_start') {
      if (isObject(event.message)) start(event.message);
    } else if (type === 'message_delta') readEnd(event);
  }

  /** Relays send it twice, late or not at all (FAULTS S13): the first thing told starts the answer. */
  function start(message: JsonObject): void {
    if (!started)
      tell({ kind: 'start', id: textOf(message.id), model: textOf(message.model), created: null });
    started = true;
    count(message.usage);
  }

  function open(at: number, content: JsonObject): Block | null {
    const type = textOf(content.type);
    if (type !== 'text' && type !== 'thinking' && type !== 'redacted_thinking' && type !== 'tool_use')
      return null;
    if (!started) start({});
    const given = type === 'tool_use' && isObject(content.input) ? JSON.stringify(content.input) : null;
    const block: Block = { index: parts++, input: given };
    const { index } = block;
    blocks.set(at, block);
    if (type === 'tool_use')
      put({ kind: 'tool_call', index, id: textOf(content.id) ?? '', name: textOf(content.name) ?? '' });
    else if (type === 'redacted_thinking') put({ kind: 'sealed', index, sealed: textOf(content.data) ?? '' });
    else readDelta(at, content);
    return block;
  }

  /** Also what a block says at its start. */
  function readDelta(at: number, { text, thinking, signature, partial_json }: JsonObject): void {
    if (textOf(text) !== null) {
      const block = blocks.get(at) ?? open(at, { type: 'text' });
      if (block !== null) put({ kind: 'text', index: block.index, text: text as string });
      return;
    }
    const block = blocks.get(at);
    if (block === undefined) return;
    const { index } = block;
    if (typeof partial_json === 'string') {
      if (partial_json === '') return;
      block.input = null;
      put({ kind: 'tool_input', index, json: partial_json });
    } else {
      if (textOf(thinking) !== null) put({ kind: 'reasoning', index, text: thinking as string });
      if (textOf(signature) !== null) put({ kind: 'signature', index, signature: signature as string });
    }
  }

  function end(block: Block): void {
    const { index, input } = block;
    if (input !== null) put({ kind: 'tool_input', index, json: input });
    block.input = null;
    put({ kind: 'part_end', index });
  }

  function readEnd({ delta, usage: counts }: JsonObject): void {
    if (!started) start({});
    count(counts);
    const reason = isObject(delta) ? textOf(delta.stop_reason) : null;
    if (reason === null || !isObject(delta)) return;
    const why = isObject(delta.stop_details) ? textOf(delta.stop_details.explanation) : null;
    if (why !== null) refuse(why);
    tell({
      kind: 'finish',
      finish: readMessagesFinish(reason),
      stopSequence: textOf(delta.stop_sequence),
    });
  }

  /** Why the model refuses, which no block says. */
  function refuse(text: string): void {
    const index = parts++;
    put({ kind: 'refusal', index, text });
    put({ kind: 'part_end', index });
  }

  /** Counts are cumulative, and each event may leave out what another one said. */
  function count(counts: unknown): void {
    if (!isObject(counts)) return;
    usage = { ...usage, ...counts };
    const known = readMessagesUsage(usage);
    if (known !== null) tell({ kind: 'usage', usage: known });
  }

  return {
    read,
    get said() {
      return repeat.said;
    },
    again: repeat.again,
    close() {
      for (const block of blocks.values()) end(block);
      sequence.close();
    },
  };
}

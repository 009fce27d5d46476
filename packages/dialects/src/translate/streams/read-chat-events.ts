import { countOf, isObject, type JsonObject, objectsIn, textOf } from '../../json.ts';
import { readChatUsage } from '../answers/chat-usage.ts';
import { readChatFinish } from '../answers/finish-names.ts';
import { endCalls } from './call-ends.ts';
import { chatCalls } from './chat-calls.ts';
import type { EventReader, Tell } from './event-reader.ts';
import { inSequence } from './in-sequence.ts';
import { readReasoning } from './read-reasoning.ts';
import { repeatable } from './repeatable.ts';

type Saying = 'text' | 'refusal' | 'reasoning';

/** Reads the chunks of a chat completion: what its first choice says. */
export function readChatEvents(hear: Tell): EventReader {
  const sequence = inSequence(hear);
  const repeat = repeatable(endCalls(sequence.put), hear);
  const { put, tell } = repeat;
  let parts = 0;
  let saying: { readonly kind: Saying; readonly index: number } | null = null;
  let id: string | null = null;
  let started = false;
  const newPart = (): number => {
    hush();
    return parts++;
  };
  const readCall = chatCalls({ put, newPart, answerId: () => id });

  function read(chunk: JsonObject): void {
    repeat.begin();
    const choice = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
    const usage = readChatUsage(chunk.usage ?? (isObject(chunk.x_groq) ? chunk.x_groq.usage : null));
    // Azure's first chunk names nothing and has no choices.
    if (!started && (isObject(choice) || usage !== null)) start(chunk);
    if (usage !== null) tell({ kind: 'usage', usage });
    if (isObject(choice) && (countOf(choice.index) ?? 0) === 0) readChoice(choice);
  }

  function start(chunk: JsonObject): void {
    started = true;
    id = textOf(chunk.id);
    tell({ kind: 'start', id, model: textOf(chunk.model), created: countOf(chunk.created) });
  }

  function readChoice(choice: JsonObject): void {
    const delta = isObject(choice.delta) ? choice.delta : choice.message;
    if (isObject(delta)) readDelta(delta);
    if (textOf(choice.finish_reason) !== null) tell({ kind: 'finish', ...readChatFinish(choice) });
  }

  function readDelta(delta: JsonObject): void {
    for (const { text, signature, sealed } of readReasoning(delta)) {
      if (sealed !== null) {
        const index = newPart();
        put({ kind: 'sealed', index, sealed });
        put({ kind: 'part_end', index });
      }
      if (text !== null) say('reasoning', text);
      if (signature !== null) sign(signature);
    }
    if (typeof delta.content === 'string') say('text', delta.content);
    else for (const { text } of objectsIn(delta.content)) say('text', textOf(text) ?? '');
    if (typeof delta.refusal === 'string') say('refusal', delta.refusal);
    for (const [position, call] of objectsIn(delta.tool_calls).entries()) readCall(call, position);
    if (isObject(delta.function_call)) readCall({ function: delta.function_call }, 0);
  }

  function say(kind: Saying, text: string): void {
    if (text === '') return;
    if (saying?.kind !== kind) saying = { kind, index: newPart() };
    put({ kind, index: saying.index, text });
  }

  /** A signature ends the reasoning it is for; some models show nothing else of it. */
  function sign(signature: string): void {
    const index = saying?.kind === 'reasoning' ? saying.index : newPart();
    put({ kind: 'signature', index, signature });
    put({ kind: 'part_end', index });
    saying = null;
  }

  function hush(): void {
    if (saying !== null) put({ kind: 'part_end', index: saying.index });
    saying = null;
  }

  return {
    read,
    get said() {
      return repeat.said;
    },
    again: repeat.again,
    close: sequence.close,
  };
}

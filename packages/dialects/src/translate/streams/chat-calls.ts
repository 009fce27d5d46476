import { countOf, isObject, type JsonObject, textOf } from '../../json.ts';
import type { PartEvent } from '../conversation.ts';
import { jsonEnd } from './json-end.ts';

interface Call {
  readonly part: number;
  readonly id: string | null;
  /** Takes the next piece of the input; true once it is whole. */
  readonly isWhole: (piece: string) => boolean;
  whole: boolean;
}

interface Surroundings {
  put(event: PartEvent): void;
  /** Ends what is being said; the next part's index. */
  newPart(): number;
  answerId(): string | null;
}

/**
 * Reads the tool calls of chat deltas: pieces in any order, known by `index` (FAULTS S13). Nothing says where a call ends; it does
 * when its input is whole and something else was begun.
 */
export function chatCalls({ put, newPart, answerId }: Surroundings) {
  const calls = new Map<number, Call>();
  let last: Call | null = null;
  let count = 0;

  /** `position`: where in its delta the call stands, for those without an `index`. */
  function read(call: JsonObject, position: number): void {
    const at = countOf(call.index) ?? position;
    const called = isObject(call.function) ? call.function : {};
    const id = textOf(call.id);
    const name = textOf(called.name);
    let known = calls.get(at);
    if (known === undefined || isAnother(known, id, name)) {
      if (known !== undefined) put({ kind: 'part_end', index: known.part });
      known = { part: newPart(), id, isWhole: jsonEnd(), whole: false };
      last = known;
      calls.set(at, known);
      put({ kind: 'tool_call', index: known.part, id: id ?? madeUpId(), name: name ?? '' });
    }
    // Ollama's arguments are an object.
    const input = isObject(called.arguments) ? JSON.stringify(called.arguments) : textOf(called.arguments);
    if (input === null) return;
    put({ kind: 'tool_input', index: known.part, json: input });
    known.whole = known.isWhole(input);
    if (known !== last) end(known);
  }

  /** Some servers count every call 0, each with an id of its own. */
  function isAnother(known: Call, id: string | null, name: string | null): boolean {
    return id !== null && name !== null && known.id !== null && known.id !== id;
  }

  /** The answer's own id keeps it apart from those of other turns. */
  function madeUpId(): string {
    return `${answerId()} ${count++}`;
  }

  function end(call: Call): void {
    if (call.whole) put({ kind: 'part_end', index: call.part });
  }

  /** Something else begins. */
  function hush(): void {
    if (last !== null) end(last);
    last = null;
  }

  return { read, hush };
}

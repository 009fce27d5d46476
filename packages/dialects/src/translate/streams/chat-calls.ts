import { countOf, isObject, type JsonObject, textOf } from '../../json.ts';
import type { PartEvent } from '../conversation.ts';

interface Call {
  readonly part: number;
  readonly id: string | null;
}

interface Surroundings {
  put(event: PartEvent): void;
  /** Ends what is being said; the next part's index. */
  newPart(): number;
  answerId(): string | null;
}

/** Reads the tool calls of chat deltas: pieces in any order, known by `index` (FAULTS S13). */
export function chatCalls({ put, newPart, answerId }: Surroundings) {
  const calls = new Map<number, Call>();
  let madeUp = 0;

  /** `position`: where in its delta the call stands, for those without an `index`. */
  return function read(call: JsonObject, position: number): void {
    const at = countOf(call.index) ?? position;
    const called = isObject(call.function) ? call.function : {};
    const id = textOf(call.id);
    const name = textOf(called.name);
    let known = calls.get(at);
    if (known === undefined || isAnother(known, id, name)) {
      if (known !== undefined) put({ kind: 'part_end', index: known.part });
      known = { part: newPart(), id };
      calls.set(at, known);
      // The answer's own id keeps a made-up one apart from those of other turns.
      put({ kind: 'tool_call', index: known.part, id: id ?? `${answerId()} ${madeUp++}`, name: name ?? '' });
    }
    // Ollama's arguments are an object.
    const input = isObject(called.arguments) ? JSON.stringify(called.arguments) : textOf(called.arguments);
    if (input !== null) put({ kind: 'tool_input', index: known.part, json: input });
  };
}

/** Some servers count every call 0, each with an id of its own. */
function isAnother(known: Call, id: string | null, name: string | null): boolean {
  return id !== null && name !== null && known.id !== null && known.id !== id;
}

import { isObject, type JsonObject, objectsIn, textOf } from '../json.ts';
import { mergeDelta } from './merge-deltas.ts';

/** The chunks of a chat or completions stream as one document; what a choice said is still called its `delta`. */
export interface MergedChunks {
  /** All top-level fields but `choices`; the last word of each counts. */
  readonly head: JsonObject;
  /** In the order of their indexes, each with a finish. */
  readonly choices: readonly JsonObject[];
}

export function mergeChunks(chunks: readonly JsonObject[]): MergedChunks {
  const head: { [key: string]: unknown } = {};
  const merged: { choices: JsonObject[] } = { choices: [] };
  for (const { choices, ...rest } of chunks) {
    for (const [key, value] of Object.entries(rest)) head[key] = value ?? head[key] ?? null;
    mergeDelta(merged, { choices: objectsIn(choices).map((choice) => ({ index: 0, ...choice })) });
  }
  const inOrder = merged.choices.toSorted((a, b) => Number(a.index) - Number(b.index));
  return { head, choices: inOrder.map((choice) => ({ ...choice, finish_reason: finishOf(choice) })) };
}

/** What the stream said; it may have ended without saying (FAULTS S04). */
function finishOf(choice: JsonObject): string {
  const hasTools = isObject(choice.delta) && objectsIn(choice.delta.tool_calls).length > 0;
  return textOf(choice.finish_reason) ?? (hasTools ? 'tool_calls' : 'stop');
}

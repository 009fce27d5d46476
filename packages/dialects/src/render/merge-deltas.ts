import { countOf, isObject, type JsonObject } from '../json.ts';

/** Texts that name something: they come once, or again as a whole. All other texts come in pieces. */
const NAMES = new Set(['id', 'type', 'role', 'name', 'format', 'finish_reason', 'native_finish_reason']);

type Draft = { [key: string]: unknown };

/**
 * Adds one delta of a stream to what came before: texts are joined, objects merged, lists lengthened, and list entries that
 * carry an `index` merged by it, whatever their order and gaps (FAULTS S13). A null overwrites nothing. Takes over what it is
 * given: both sides change.
 */
export function mergeDelta(into: Draft, delta: JsonObject): void {
  for (const [key, value] of Object.entries(delta)) {
    const before = into[key];
    if (before === undefined || before === null) into[key] = value;
    else if (Array.isArray(before) && Array.isArray(value)) mergeList(before, value);
    else if (isObject(before) && isObject(value)) mergeDelta(before as Draft, value);
    else if (typeof before === 'string' && typeof value === 'string' && !NAMES.has(key))
      into[key] = before + value;
    else if (value !== null && value !== '') into[key] = value;
  }
}

function mergeList(before: unknown[], added: readonly unknown[]): void {
  for (const item of added) {
    const index = isObject(item) ? countOf(item.index) : null;
    const known =
      index === null ? undefined : before.find((other) => isObject(other) && other.index === index);
    if (known === undefined) before.push(item);
    else mergeDelta(known as Draft, item as JsonObject);
  }
}

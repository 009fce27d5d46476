import { isObject, type JsonObject } from '../../json.ts';
import type { Ledger } from '../ledger.ts';

/** Reads typed fields out of JSON nobody vouches for. Null counts as absent; a wrong type is refused by the name it stands at. */
export function absent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

export function readNumber(ledger: Ledger, field: string, value: unknown): number | null {
  if (absent(value)) return null;
  if (typeof value === 'number') return value;
  ledger.refuse(field, `'${field}' must be a number.`);
  return null;
}

export function readText(ledger: Ledger, field: string, value: unknown): string | null {
  if (absent(value)) return null;
  if (typeof value === 'string') return value;
  ledger.refuse(field, `'${field}' must be a string.`);
  return null;
}

export function readFlag(ledger: Ledger, field: string, value: unknown): boolean | null {
  if (absent(value)) return null;
  if (typeof value === 'boolean') return value;
  ledger.refuse(field, `'${field}' must be true or false.`);
  return null;
}

export function readObject(ledger: Ledger, field: string, value: unknown): JsonObject | null {
  if (absent(value)) return null;
  if (isObject(value)) return value;
  ledger.refuse(field, `'${field}' must be an object.`);
  return null;
}

/** The objects of a list with the names they stand at. */
export function readObjects(
  ledger: Ledger,
  field: string,
  value: unknown,
): (readonly [name: string, item: JsonObject])[] {
  if (absent(value)) return [];
  if (!Array.isArray(value)) {
    ledger.refuse(field, `'${field}' must be an array.`);
    return [];
  }
  return value.flatMap((item: unknown, index) => {
    const read = readObject(ledger, `${field}[${index}]`, item ?? 'nothing');
    return read === null ? [] : [[`${field}[${index}]`, read] as const];
  });
}

/** A required text. */
export function needText(ledger: Ledger, field: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  ledger.refuse(field, `'${field}' must be a non-empty string.`);
  return '';
}

/** One string or a list of them. */
export function readTexts(ledger: Ledger, field: string, value: unknown): readonly string[] {
  if (absent(value)) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  ledger.refuse(field, `'${field}' must be a string or an array of strings.`);
  return [];
}

/** Fields of an object inside the request that its reader does not know. `path` is the rules' name of the object, `at` where it stands. */
export function meetOthers(
  ledger: Ledger,
  path: string,
  at: string,
  object: JsonObject,
  known: ReadonlySet<string>,
): void {
  for (const key in object) if (!known.has(key)) ledger.meet(`${path}.${key}`, object[key], `${at}.${key}`);
}

import { isDeepStrictEqual } from 'node:util';

/** What becomes of one field of the client's dialect in another: docs/gateway/translation.md shows these tables. */
export interface FieldRule {
  readonly rule: /** Said in the other dialect's words. */
    | 'tell'
    /** The other dialect has no word for it, but can be brought to do it. */
    | 'emulate'
    /** Left out and named to the client: the answer may be worse, but means the same. */
    | 'drop'
    /** Left out, the answer would not be what was asked for: 400. */
    | 'refuse';
  /** How it is told or emulated, or why not. */
  readonly note: string;
  /** Values that ask for nothing and count as absent, as null does. */
  readonly unless?: readonly unknown[];
}

export type FieldRules = { readonly [field: string]: FieldRule };

/** What a writer may have to leave out, by the name that each client's dialect has for it. */
export type Names = {
  readonly [concept in 'turns' | 'thoughts' | 'reasoning' | 'stop' | 'user']: string;
};

export interface Refusal {
  readonly field: string;
  /** For the client; never quotes a value. */
  readonly message: string;
}

/** Collects what could not be told while a request is read and written. */
export interface Ledger {
  readonly names: Names;
  /** A field that may have no word in the conversation; the direction's rules say what becomes of it. `at`: where it stands. */
  meet(field: string, value: unknown, at?: string): void;
  drop(field: string): void;
  /** The first refusal is the one the client hears of. */
  refuse(field: string, message: string): void;
  readonly dropped: readonly string[];
  readonly refusal: Refusal | null;
}

const UNKNOWN: FieldRule = { rule: 'drop', note: 'unknown' };
/** The names go into a header. */
const PLAIN = /^[\w.[\]-]{1,80}$/;
const MAX_NAMES = 40;

export function openLedger(rules: FieldRules, names: Names): Ledger {
  const dropped = new Set<string>();
  let refusal: Refusal | null = null;

  function drop(field: string): void {
    if (dropped.size < MAX_NAMES) dropped.add(PLAIN.test(field) ? field : 'unnamed');
  }

  function refuse(field: string, message: string): void {
    refusal ??= { field, message };
  }

  return {
    names,
    meet(field, value, at = field) {
      const { rule, note, unless } = Object.hasOwn(rules, field) ? rules[field]! : UNKNOWN;
      if (value === undefined || value === null) return;
      if (unless?.some((harmless) => isDeepStrictEqual(harmless, value))) return;
      if (rule === 'drop') drop(field);
      else if (rule === 'refuse') refuse(at, `'${at}' cannot be told to the endpoint: ${note}.`);
    },
    drop,
    refuse,
    get dropped() {
      return [...dropped];
    },
    get refusal() {
      return refusal;
    },
  };
}

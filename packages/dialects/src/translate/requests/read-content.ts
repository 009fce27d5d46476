import type { JsonObject } from '../../json.ts';
import type { Part, TextPart } from '../conversation.ts';
import type { Ledger } from '../ledger.ts';
import { absent, meetOthers, readObjects } from './fields.ts';

/** How a dialect's parts of content are read. */
export interface PartReader<P> {
  /** The rules' name of a part. */
  readonly path: string;
  /** Fields of all kinds of parts that are read. */
  readonly known: ReadonlySet<string>;
  /** Empty for what says nothing, and for what was refused. */
  read(ledger: Ledger, at: string, part: JsonObject): P[];
}

/** Content that is a string, or parts. */
export function readContent<P>(
  ledger: Ledger,
  at: string,
  content: unknown,
  { path, known, read }: PartReader<P>,
): (P | TextPart)[] {
  if (absent(content) || content === '') return [];
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return readObjects(ledger, at, content).flatMap(([name, part]) => {
    meetOthers(ledger, path, name, part, known);
    return read(ledger, name, part);
  });
}

/** Content of which only text can be told. */
export function onlyText(ledger: Ledger, at: string, parts: readonly Part[]): TextPart[] {
  return parts.flatMap((part) => {
    if (part.kind === 'text') return [part];
    ledger.refuse(at, `'${at}' may hold only text.`);
    return [];
  });
}

/** A part of text; one with nothing in it is none. */
export function readTextPart(ledger: Ledger, at: string, { text }: JsonObject): TextPart[] {
  if (typeof text === 'string') return text === '' ? [] : [{ kind: 'text', text }];
  ledger.refuse(`${at}.text`, `'${at}.text' must be a string.`);
  return [];
}

/** A part of a kind that nobody can be told. */
export function refusePart(ledger: Ledger, at: string): [] {
  ledger.refuse(`${at}.type`, `'${at}.type' is no kind of content that can be told to the endpoint.`);
  return [];
}

import { z } from 'zod';
import { dominantScript, usesScript } from './script.ts';

export type TagsFinding =
  | { readonly kind: 'tags'; readonly tags: readonly string[] }
  /** Valid tags, but not in the script of the post. */
  | { readonly kind: 'other_language'; readonly tags: readonly string[] }
  | { readonly kind: 'malformed'; readonly reason: string };

export const MAX_TAGS = 10;
export const MAX_TAG_LENGTH = 50;

const tagList = z.array(z.string());
const answerShape = z.union([z.object({ tags: tagList }).transform(({ tags }) => tags), tagList]);

/** Reads a model's answer to `text`: JSON `{"tags": [...]}` (or the bare list), in a code fence or amid prose too. */
export function readTags(answer: string, text: string): TagsFinding {
  const json = findJson(answer);
  if (json === undefined) return { kind: 'malformed', reason: 'the answer is not JSON' };
  const shaped = answerShape.safeParse(json);
  if (!shaped.success) return { kind: 'malformed', reason: 'the answer has no list of tags' };
  const tags = cleanTags(shaped.data);
  if (tags.length === 0) return { kind: 'malformed', reason: 'the answer has no usable tag' };
  const script = dominantScript(text);
  return { kind: script === null || usesScript(script, tags) ? 'tags' : 'other_language', tags };
}

/** Trimmed, without `#`, empty and overlong ones and duplicates (whatever their case), at most `MAX_TAGS`. */
function cleanTags(raw: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const item of raw) {
    const tag = item
      .normalize('NFC')
      .toWellFormed()
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim()
      .replace(/^#+ ?/, '');
    const key = tag.toLowerCase();
    if (tag !== '' && tag.length <= MAX_TAG_LENGTH && !byKey.has(key)) byKey.set(key, tag);
  }
  return [...byKey.values()].slice(0, MAX_TAGS);
}

/** The JSON in an answer: all of it, or from the first bracket to the last after any reasoning. Undefined: none. */
function findJson(answer: string): unknown {
  const spoken = answer.slice(answer.lastIndexOf('</think>') + 1);
  for (const [open, close] of [
    ['{', '}'],
    ['[', ']'],
  ] as const) {
    const start = spoken.indexOf(open);
    const end = spoken.lastIndexOf(close);
    if (start === -1 || end <= start) continue;
    try {
      return JSON.parse(spoken.slice(start, end + 1));
    } catch {
      // The other kind of bracket may still enclose JSON.
    }
  }
  return undefined;
}

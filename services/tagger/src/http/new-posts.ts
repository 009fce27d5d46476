import { randomUUID } from 'node:crypto';
import { badField } from './api-error.ts';
import { readId } from './fields.ts';

export interface NewPostInput {
  readonly id: string | null;
  readonly text: string;
}

const MAX_POSTS = 1000;
const MAX_TEXT_LENGTH = 100_000;

/** The posts in a creation request's body, one or a list; throws the 400 that names the field, in a list with its place. */
export function readNewPosts(body: unknown): {
  readonly many: boolean;
  readonly posts: readonly NewPostInput[];
} {
  if (body === undefined) throw badField('body', 'must be JSON, sent as application/json');
  if (!Array.isArray(body)) return { many: false, posts: [readPost(body, '')] };
  if (body.length === 0 || body.length > MAX_POSTS)
    throw badField('body', `must hold 1 to ${MAX_POSTS} posts`);
  return { many: true, posts: body.map((post, index) => readPost(post, `[${index}].`)) };
}

function readPost(post: unknown, place: string): NewPostInput {
  if (typeof post !== 'object' || post === null || Array.isArray(post)) {
    throw badField(place === '' ? 'body' : place.slice(0, -1), 'must be an object with a text');
  }
  const { id, text } = post as { id?: unknown; text?: unknown };
  if (typeof text !== 'string') throw badField(`${place}text`, 'must be text');
  if (text.length > MAX_TEXT_LENGTH)
    throw badField(`${place}text`, `must have at most ${MAX_TEXT_LENGTH} characters`);
  // PostgreSQL cannot hold it.
  if (text.includes('\0')) throw badField(`${place}text`, 'must not contain the character U+0000');
  return { id: id === undefined || id === null ? null : readId(`${place}id`, id), text: text.toWellFormed() };
}

/** A version 7 UUID (RFC 9562, counter after the time): ids in text order are in the order of their creation. `index` below 4096. */
export function timeOrderedId(nowMs: number, index: number): string {
  const time = Math.floor(nowMs).toString(16).padStart(12, '0');
  const counter = index.toString(16).padStart(3, '0');
  // The rest of a version 4 UUID is random and has the variant in place.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}${randomUUID().slice(18)}`;
}

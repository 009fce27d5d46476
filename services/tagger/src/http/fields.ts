import { TAGGING_STATUSES, type TaggingStatus } from '../tagging/job.ts';
import { badField } from './api-error.ts';

/** Reading what a request carries; each throws the 400 that names its field. */

const MAX_ID_LENGTH = 200;

/** An id in a path or body: 1 to 200 characters, none of them a control character. */
export function readId(param: string, value: unknown): string {
  if (
    typeof value !== 'string' ||
    value === '' ||
    value.length > MAX_ID_LENGTH ||
    /\p{Cc}/u.test(value) ||
    !value.isWellFormed()
  ) {
    throw badField(param, `must be text of 1 to ${MAX_ID_LENGTH} characters without control characters`);
  }
  return value;
}

/** A query parameter given once, or null. */
export function readOnce(query: Readonly<Record<string, unknown>>, param: string): string | null {
  const value = query[param];
  if (value === undefined) return null;
  if (typeof value !== 'string') throw badField(param, 'may be given once only');
  return value;
}

export function readCount(
  query: Readonly<Record<string, unknown>>,
  param: string,
  { max, initial }: { max: number; initial: number },
): number {
  const value = readOnce(query, param);
  if (value === null) return initial;
  const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > max) throw badField(param, `must be a whole number from 1 to ${max}`);
  return count;
}

const FLAGS: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };

export function readFlag(query: Readonly<Record<string, unknown>>, param: string): boolean {
  const value = readOnce(query, param);
  if (value === null) return false;
  const flag = FLAGS[value];
  if (flag === undefined) throw badField(param, 'must be true or false');
  return flag;
}

export function readStatus(query: Readonly<Record<string, unknown>>): TaggingStatus | null {
  const value = readOnce(query, 'status');
  if (value === null) return null;
  const status = TAGGING_STATUSES.find((known) => known === value);
  if (!status) throw badField('status', `must be one of ${TAGGING_STATUSES.join(', ')}`);
  return status;
}

/** Where a page of a list ended; opaque to clients. */
export const cursorAfter = (id: string): string => Buffer.from(id, 'utf8').toString('base64url');

export function readCursor(query: Readonly<Record<string, unknown>>): string | null {
  const value = readOnce(query, 'cursor');
  if (value === null) return null;
  const id = Buffer.from(value, 'base64url').toString('utf8');
  if (id === '' || cursorAfter(id) !== value) throw badField('cursor', 'must be the "next" of a list');
  return readId('cursor', id);
}

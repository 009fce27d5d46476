import { describe, expect, test } from '@jest/globals';
import { readTags, readTime } from '../src/store/stored-values.ts';

describe('a stored time is read', () => {
  const iso = '2024-03-01T10:00:00.000Z';
  test.each([
    ['as PostgreSQL returns it', new Date(iso)],
    ['as ISO 8601', iso],
    ["as SQLite's current_timestamp, which is UTC", '2024-03-01 10:00:00'],
    ['as epoch seconds', 1709287200],
    ['as epoch milliseconds', 1709287200000],
  ])('%s', (_name, stored) => {
    expect(readTime(stored)).toBe(iso);
  });

  test('as none where it is none', () => {
    for (const stored of [null, undefined, '', 'yesterday', {}]) expect(readTime(stored)).toBeNull();
  });
});

describe('stored tags are read', () => {
  test.each([
    ['from JSON', '["sea","a, b"]', ['sea', 'a, b']],
    ['from an array', ['sea', 'sun'], ['sea', 'sun']],
    ['from text with commas', 'sea, sun,', ['sea', 'sun']],
    ['from nothing', null, []],
    ['from empty text', ' ', []],
    ['from JSON null', 'null', []],
  ])('%s', (_name, stored, tags) => {
    expect(readTags(stored)).toEqual(tags);
  });
});

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from '@jest/globals';
import { openTables } from '../src/store/open-tables.ts';
import { describePosts } from './posts-suite.ts';
import { describeQueue } from './queue-suite.ts';
import { describeUpgrade } from './upgrade-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-tagger-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const freshUrl = async () => `sqlite:${folder}/new/posts-${++files}.db`;

describePosts('SQLite', freshUrl);
describeQueue('SQLite', freshUrl);
describeUpgrade('SQLite', {
  async prepare(statements) {
    const file = join(folder, `old-${++files}.db`);
    const database = new DatabaseSync(file);
    for (const sql of statements) database.exec(sql);
    database.close();
    return `sqlite:${file}`;
  },
  variants: [
    {
      name: 'numbered rows',
      id: 'integer primary key autoincrement',
      user: 'integer',
      tags: 'json',
      time: 'timestamp default current_timestamp',
      numbered: true,
    },
    { name: 'text ids', id: 'text primary key', user: 'text', tags: 'text', time: 'text', numbered: false },
  ],
  tagsLiteral: (tags) => `'${JSON.stringify(tags)}'`,
});

test('a new file is readable by its owner only', async () => {
  const url = await freshUrl();
  const tables = await openTables(url, 1, 0);
  await tables.close();
  expect(statSync(url.slice('sqlite:'.length)).mode & 0o777).toBe(0o600);
});

test('a database in memory works too', async () => {
  const tables = await openTables('sqlite::memory:', 1, 0);
  await tables.posts.create('u', [{ id: 'p', text: 'x' }], 0);
  expect(await tables.posts.find('p')).toMatchObject({ id: 'p' });
  await tables.close();
});

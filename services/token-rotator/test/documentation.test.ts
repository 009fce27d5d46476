import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ROTATION_REASONS } from '../src/metrics.ts';

const page = readFileSync(new URL('../../../docs/token-rotator.md', import.meta.url), 'utf8');

test('the operators page says of every block reason what it means and how to clear it', () => {
  const section = page.slice(page.indexOf('## Block reasons'), page.indexOf('## Commands'));
  const rows = [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, reason]) => reason);
  expect(rows.sort()).toEqual(Object.keys(ROTATION_REASONS).sort());
});

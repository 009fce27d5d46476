import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../../src/dialect.ts';
import type { FieldRules } from '../../src/translate/ledger.ts';
import { DIRECTIONS } from '../../src/translate/rules/directions.ts';
import { samples } from './rule-samples.ts';
import { ruleTable } from './rule-table.ts';
import { direction } from './translated.ts';

const TURNS = new Set(['messages', 'input', 'prompt']);

const directions = Object.entries(DIRECTIONS).flatMap(([from, targets]) =>
  Object.entries(targets as { readonly [to: string]: FieldRules }).map(
    ([to, rules]) => [from as DialectName, to as DialectName, rules] as const,
  ),
);

describe.each(directions)('%s told in %s', (from, to, rules) => {
  const { dropped, refused } = direction(from, to);
  const fields = Object.keys(rules);
  const ruled = (rule: string) => fields.filter((field) => rules[field]?.rule === rule);
  const sample = (field: string): object => {
    const found = samples[from]?.(field);
    if (found === undefined) throw new Error(`No sample of ${from} with ${field}`);
    return found;
  };

  test.each(ruled('drop'))('%s is left out and named', (field) => {
    expect(refused(sample(field))).toBeNull();
    expect(dropped(sample(field))).toContain(field);
  });

  test.each(ruled('refuse'))('%s is refused by its name', (field) => {
    expect(refused(sample(field))?.replaceAll(/\[\d+\]/g, '[]')).toBe(field);
  });

  test('values that ask for nothing are neither named nor refused', () => {
    for (const field of fields.filter((name) => !/[.[]/.test(name) && !TURNS.has(name)))
      for (const value of [null, ...(rules[field]?.unless ?? [])]) {
        const request = { ...sample('model'), [field]: value };
        expect([field, refused(request), dropped(request)]).toEqual([field, null, []]);
      }
  });

  test('an unknown field is left out and named', () => {
    expect(dropped({ ...sample('model'), of_tomorrow: 1 })).toEqual(['of_tomorrow']);
  });

  test('the documentation shows these rules', () => {
    const page = readFileSync(new URL('../../../../docs/gateway/translation.md', import.meta.url), 'utf8');
    expect(page).toContain(ruleTable(rules));
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { SCENARIOS } from '../src/drill/scenarios.ts';
import { helpFor } from '../src/help.ts';
import { VERBS } from '../src/verbs.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/cli.md'), 'utf8');

test('the page has a section for every verb, and names every option of its help', () => {
  for (const verb of Object.keys(VERBS)) {
    expect(page).toMatch(new RegExp(`^## ${verb}\\b`, 'm'));
    for (const [option] of helpFor(verb).matchAll(/--[a-z-]+/g)) {
      expect(page).toContain(option);
    }
  }
});

test('its drill shows every outage there is', () => {
  for (const { name } of SCENARIOS) expect(page).toMatch(new RegExp(`^${name} +main`, 'm'));
});

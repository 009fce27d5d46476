import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { COMPONENTS } from '../scenarios/outage/cell.ts';
import { chaptersOf } from '../scenarios/outage/live-through.ts';
import { MATRIX } from '../scenarios/outage/matrix.ts';
import { DOCUMENT, renderDocument } from '../scenarios/outage/render.ts';

describe('the outage matrix', () => {
  test('the document says what the tests see: sh scripts/node.sh e2e/scenarios/outage/write-document.ts', () => {
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(renderDocument());
  });

  test.each(COMPONENTS)('%s: every cell is lived through, on processes of its own', (component) => {
    const lived = new Set(chaptersOf(component).map(({ outage }) => outage));
    expect([...lived].sort()).toEqual(Object.keys(MATRIX[component]).sort());
    const story = readFileSync(`${import.meta.dirname}/outage-${component}.test.ts`, 'utf8');
    expect(story).toContain(`testOutages('${component}')`);
  });

  test.each(COMPONENTS)('%s: every cell says what works and how it shows', (component) => {
    for (const cell of Object.values(MATRIX[component])) {
      expect(cell.works.length).toBeGreaterThan(0);
      expect(cell.shows.length).toBeGreaterThan(0);
    }
  });
});

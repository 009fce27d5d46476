import { duration } from '@holdfast/runtime/duration';
import { expect, test } from '@jest/globals';
import { moment } from '../src/terminal/format.ts';
import { table } from '../src/terminal/table.ts';

test('columns are as wide as their widest cell, whatever its colour; numbers stand to the right', () => {
  const rows = [
    ['a', 5, '\x1b[32mup\x1b[39m', 'x'],
    ['longer', 100, 'down', null],
  ];
  expect(table(['NAME', 'N', 'STATE', 'WHY'], rows)).toBe(
    ['NAME      N  STATE  WHY', 'a         5  \x1b[32mup\x1b[39m     x', 'longer  100  down'].join('\n'),
  );
});

test('a column that says nothing is left out', () => {
  expect(table(['NAME', 'WHY'], [['a', null]])).toBe('NAME\na');
});

test.each([
  [null, '-'],
  [0.4, '0 ms'],
  [999, '999 ms'],
  [1500, '1.5 s'],
  [125_000, '2 min 5 s'],
  [7_260_000, '2 h 1 min'],
])('%p ms reads as %p', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('a moment of today has no date, any other has one', () => {
  const noon = new Date(2026, 10, 21, 12, 0, 0);
  const at = (date: Date) => moment(date.toISOString(), noon.getTime());
  expect(at(new Date(2026, 10, 21, 9, 5, 7))).toBe('09:05:07');
  expect(at(new Date(2026, 10, 22, 0, 0, 0))).toBe('2026-11-22 00:00:00');
  expect(moment(null, 0)).toBe('-');
});

import { stripVTControlCharacters } from 'node:util';
import type { RequestLine } from '@holdfast/gateway/access-log';
import { duration } from '@holdfast/runtime/duration';
import { expect, test } from '@jest/globals';
import { printedRequest } from '../src/tail/print-request.ts';
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

test('a table wider than the terminal wraps its widest texts between words, and leaves numbers and colours alone', () => {
  const rows = [['primary', 1000, '\x1b[31mdown\x1b[39m', 'the provider answered 502 three times in a row']];
  expect(table(['NAME', 'WEIGHT', 'STATE', 'REASON'], rows, 45).split('\n').slice(1)).toEqual([
    'primary    1000  \x1b[31mdown\x1b[39m   the provider answered',
    '                        502 three times in a',
    '                        row',
  ]);
  expect(table(['NAME', 'WEIGHT', 'STATE', 'REASON'], rows, undefined).split('\n')).toHaveLength(2);
});

test('a word longer than its column is cut rather than let out', () => {
  const lines = table(['URL'], [['x'.repeat(50)]], 20).split('\n');
  expect(lines.slice(1)).toEqual(['x'.repeat(20), 'x'.repeat(20), 'x'.repeat(10)]);
});

const line: RequestLine = {
  time: '2026-11-21T12:00:00.000Z',
  request_id: 'req_1',
  client: 'anonymous',
  cluster: 'main',
  model: 'gpt-4o',
  endpoint: 'secondary',
  outcome: 'fallback',
  stream: false,
  attempts: 2,
  duration_ms: 12,
  first_content_ms: null,
  overhead_ms: 1,
  usage: null,
  trail: ['primary', 'secondary'].map((endpoint) => ({
    endpoint,
    model: 'gpt-4o',
    token: null,
    result: 'server_error',
    code: 'P18',
    status: 502,
    duration_ms: 5,
    summary: '502',
  })),
};

test('a request is one line, and on a narrow terminal goes on below its outcome', () => {
  expect(printedRequest(line, Date.parse(line.time), undefined).split('\n')).toHaveLength(1);
  const folded = stripVTControlCharacters(printedRequest(line, Date.parse(line.time), 60)).split('\n');
  expect(folded.length).toBeGreaterThan(1);
  for (const each of folded) expect(each.length).toBeLessThanOrEqual(60);
  for (const each of folded.slice(1)) expect(each).toMatch(/^ {10}\S/);
});

test("a model's name cannot move the cursor, or turn what follows", () => {
  const printed = printedRequest({ ...line, model: 'a\x1b[2J\x07\u202eb' }, Date.parse(line.time), undefined);
  expect(printed).toContain('a\\u001b[2J\\u0007\\u202eb');
  expect(printed).not.toContain('\u202e');
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

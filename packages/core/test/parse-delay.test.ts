import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { untilMidnightMs } from '../src/delays/day-reset.ts';
import { durationMs } from '../src/delays/duration.ts';
import { httpDateMs } from '../src/delays/http-date.ts';
import { parseDelay, parseExplicitDelay } from '../src/delays/parse-delay.ts';
import { proseDelayMs } from '../src/delays/prose-delay.ts';
import type { ProviderError } from '../src/verdict.ts';

const nowMs = Date.UTC(2026, 9, 21, 7, 28, 0);
const date = 'Wed, 21 Oct 2026 07:28:00 GMT';

const withBody = (message: string, retryAfterMs: number | null = null): ProviderError => ({
  status: null,
  type: null,
  code: null,
  param: null,
  message,
  retryAfterMs,
});

const delayMs = (headers: Record<string, string>, error: ProviderError | null = null) =>
  parseDelay(headers, error, nowMs)?.ms ?? null;

describe('every source', () => {
  test.each<[string, Record<string, string>, number | null]>([
    ['retry-after-ms', { 'retry-after-ms': '1500' }, 1500],
    ['retry-after seconds', { 'retry-after': '2' }, 2000],
    ['retry-after with a fraction', { 'retry-after': '0.25' }, 250],
    ['retry-after sent twice', { 'retry-after': '7, 9' }, 7000],
    ['retry-after as a duration', { 'retry-after': '1m30s' }, 90_000],
    [
      "retry-after as a date, by the response's own clock",
      { 'retry-after': 'Wed, 21 Oct 2026 09:00:30 GMT', date: 'Wed, 21 Oct 2026 09:00:00 GMT' },
      30_000,
    ],
    [
      'retry-after as a date, without a Date header',
      { 'retry-after': 'Wed, 21 Oct 2026 07:29:00 GMT' },
      60_000,
    ],
    ['x-ratelimit-timeremaining', { 'x-ratelimit-timeremaining': '42' }, 42_000],
    [
      'the Anthropic bucket that is empty',
      {
        date,
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-10-21T07:28:20Z',
        'anthropic-ratelimit-tokens-remaining': '9000',
        'anthropic-ratelimit-tokens-reset': '2026-10-21T08:00:00Z',
      },
      20_000,
    ],
    [
      'a Go duration of the bucket that is empty',
      {
        'x-ratelimit-remaining-requests': '14000',
        'x-ratelimit-reset-requests': '6m0s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '7.66s',
      },
      7660,
    ],
    [
      'no bucket is empty',
      { 'x-ratelimit-remaining-tokens': '3', 'x-ratelimit-reset-tokens': '7.66s' },
      null,
    ],
    ['a bucket without its remaining figure', { 'x-ratelimit-reset-requests': '6m0s' }, null],
    ['an epoch in ms', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(nowMs + 5000) }, 5000],
    [
      'an epoch in seconds',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(nowMs / 1000 + 6) },
      6000,
    ],
    ["the draft standard's seconds", { 'ratelimit-remaining': '0', 'ratelimit-reset': '8' }, 8000],
    ['nothing', {}, null],
  ])('%s', (_name, headers, expected) => {
    expect(delayMs(headers)).toBe(expected);
  });

  test('a field of the body', () => {
    expect(delayMs({}, withBody('', 34_400))).toBe(34_400);
  });

  test('a sentence', () => {
    expect(delayMs({}, withBody('Please try again in 3.89s.'))).toBe(3890);
  });
});

test('the first source in the order of the catalogue wins', () => {
  const headers: Record<string, string> = {
    date,
    'retry-after-ms': '1000',
    'retry-after': '2',
    'x-ratelimit-timeremaining': '3',
    'anthropic-ratelimit-tokens-remaining': '0',
    'anthropic-ratelimit-tokens-reset': '2026-10-21T07:28:04Z',
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-tokens': '5s',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '6',
  };
  const error = withBody('try again in 8s', 7000);
  const order = [
    'retry-after-ms',
    'retry-after',
    'x-ratelimit-timeremaining',
    'anthropic-ratelimit-tokens-reset',
    'x-ratelimit-reset-tokens',
    'x-ratelimit-reset',
  ];
  const found = order.map((header) => {
    const ms = delayMs(headers, error);
    delete headers[header];
    return ms;
  });
  expect(found).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
  expect(delayMs(headers, error)).toBe(7000);
  expect(delayMs(headers, withBody('try again in 8s'))).toBe(8000);
});

describe('clamps', () => {
  test('0 and the past mean one second', () => {
    expect(delayMs({ 'retry-after': '0' })).toBe(1000);
    expect(delayMs({ 'retry-after-ms': '0' })).toBe(1000);
    expect(delayMs({ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT', date })).toBe(1000);
  });

  test('more than a day is a day', () => {
    expect(delayMs({ 'retry-after': '999999999' })).toBe(86_400_000);
    expect(delayMs({ 'retry-after': '9'.repeat(20) })).toBe(86_400_000);
  });

  test.each(['-5', 'NaN', 'Infinity', '1e3', 'soon', '', ' ', '0x10', '2026', 'x'.repeat(100_000)])(
    '%j states nothing wrong',
    (value) => {
      const ms = delayMs({
        'retry-after-ms': value,
        'retry-after': value,
        'x-ratelimit-timeremaining': value,
      });
      expect(ms === null || (ms >= 1 && ms <= 86_400_000)).toBe(true);
    },
  );

  test('a negative or unreadable value falls through to the next source', () => {
    expect(delayMs({ 'retry-after-ms': '-1', 'retry-after': 'soon', 'x-ratelimit-timeremaining': '4' })).toBe(
      4000,
    );
  });
});

test('a failure that is no rate limit takes only what is said outright', () => {
  const bucket = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '5s' };
  expect(parseExplicitDelay(bucket, null, nowMs)).toBeNull();
  expect(parseExplicitDelay({ ...bucket, 'retry-after': '9' }, null, nowMs)).toEqual({
    ms: 9000,
    provenance: 'authoritative',
  });
});

describe('durations', () => {
  test.each<[string, number | null]>([
    ['6m0s', 360_000],
    ['120ms', 120],
    ['1h2m3.5s', 3_723_500],
    ['34.4s', 34_400],
    ['2 minutes', 120_000],
    ['15', 15_000],
    ['', null],
    ['s', null],
    ['5 parsecs', null],
  ])('%s', (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });
});

describe('sentences', () => {
  test.each<[string, number | null]>([
    ['Please try again in 374ms. Visit https://example.com', 374],
    ['Rate limit reached. Please try again in 7m12.5s.', 432_500],
    ['Please wait 5631 seconds before retrying.', 5_631_000],
    ['Please retry in 34.5s.', 34_500],
    ['Too many requests, retry after 20 seconds', 20_000],
    ['Limit resets in 2 hours', 7_200_000],
    ['please retry shortly', null],
    ['the request took 5003ms', null],
    ['try again in 5 parsecs, or wait 9 seconds', 9000],
  ])('%s', (text, expected) => {
    expect(proseDelayMs(text)).toBe(expected);
  });
});

test('dates are only what looks like one', () => {
  expect(httpDateMs(date)).toBe(nowMs);
  expect(httpDateMs('Wednesday, 21-Oct-26 07:28:00 GMT')).toBe(nowMs);
  expect(httpDateMs('Wed Oct 21 07:28:00 2026')).toBe(nowMs);
  expect(httpDateMs('2026-10-21T07:28:00Z')).toBe(nowMs);
  for (const text of ['1', '2026', 'tomorrow', '', undefined]) expect(httpDateMs(text)).toBeNull();
});

test('a quota day ends at midnight of its own zone', () => {
  expect(untilMidnightMs(Date.UTC(2026, 9, 21, 23, 59, 59, 500), 'UTC')).toBe(500);
  expect(untilMidnightMs(Date.UTC(2026, 9, 21, 0, 0, 0), 'UTC')).toBe(86_400_000);
  expect(untilMidnightMs(Date.UTC(2026, 6, 1, 6, 0, 0), 'America/Los_Angeles')).toBe(3_600_000);
  expect(untilMidnightMs(Date.UTC(2026, 0, 1, 6, 0, 0), 'America/Los_Angeles')).toBe(7_200_000);
});

test('whatever the headers hold, the delay is null or a whole number of ms within a day', () => {
  const names = [
    'date',
    'retry-after',
    'retry-after-ms',
    'x-ratelimit-timeremaining',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
    'x-ratelimit-remaining-a',
    'x-ratelimit-reset-a',
    'anthropic-ratelimit-a-remaining',
    'anthropic-ratelimit-a-reset',
  ];
  const value = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.constantFrom('0', date, '2026-10-21T07:28:00Z', '6m0s', 'NaN'),
  );
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...names), value),
      fc.string(),
      fc.option(fc.double()),
      (headers, message, stated) => {
        const delay = parseDelay(headers, withBody(message, stated), nowMs);
        return delay === null || (Number.isInteger(delay.ms) && delay.ms >= 1 && delay.ms <= 86_400_000);
      },
    ),
  );
});

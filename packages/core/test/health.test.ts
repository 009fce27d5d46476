import { describe, expect, test } from '@jest/globals';
import { type Health, type HealthEvent, reduceHealth, unknownHealth } from '../src/health.ts';

const settings = { upAfter: 2, downAfter: 3 };
const up: HealthEvent = { found: 'up', reason: null, conclusive: false };
const slow: HealthEvent = { found: 'degraded', reason: 'slow', conclusive: false };
const down: HealthEvent = { found: 'down', reason: 'timeout', conclusive: false };
const wrong: HealthEvent = { found: 'down', reason: 'wrong_answer', conclusive: true };

const after = (events: HealthEvent[], from: Health = unknownHealth) =>
  events.reduce((health, event) => reduceHealth(health, event, settings), from);
const kinds = (events: HealthEvent[]) => events.map((_, index) => after(events.slice(0, index + 1)).kind);

describe('an endpoint changes sides only after as many results in a row as the settings say', () => {
  test.each<[string, HealthEvent[], string[]]>([
    ['the first result decides: up', [up], ['up']],
    ['the first result decides: down', [down], ['down']],
    ['three bad ones in a row take it down', [up, down, down, down], ['up', 'up', 'up', 'down']],
    [
      'a good one in between starts the count anew',
      [up, down, down, up, down, down],
      ['up', 'up', 'up', 'up', 'up', 'up'],
    ],
    ['two good ones in a row bring it back', [down, up, up], ['down', 'down', 'up']],
    ['a bad one in between starts the count anew', [down, up, down, up], ['down', 'down', 'down', 'down']],
    ['slow serves too, and at once', [up, slow, up], ['up', 'degraded', 'up']],
    ['slow counts as a good result on the way back', [down, slow, slow], ['down', 'down', 'degraded']],
    ['proof needs no second result', [up, wrong], ['up', 'down']],
  ])('%s', (_name, events, expected) => {
    expect(kinds(events)).toEqual(expected);
  });
});

test('the reason tells how far a change is', () => {
  expect(after([up, down])).toEqual({ kind: 'up', reason: 'timeout, 1 of 3', against: 1 });
  expect(after([up, down, down, down])).toEqual({ kind: 'down', reason: 'timeout', against: 0 });
  expect(after([down, up])).toEqual({ kind: 'down', reason: 'recovering, 1 of 2', against: 1 });
  expect(after([down, up, up])).toEqual({ kind: 'up', reason: null, against: 0 });
});

import { expect, test } from '@jest/globals';
import { createExpiringMap } from '../src/expiring-map.ts';

test('expired entries give their memory back although nobody asks for them', () => {
  let nowMs = 0;
  const map = createExpiringMap<string>(() => nowMs);
  for (; nowMs < 10_000; nowMs += 1) map.set(`k${nowMs}`, 'v', nowMs + 10);
  expect(map.size).toBeLessThan(1_100);
});

test('an entry ends exactly at its moment, one without lives on', () => {
  let nowMs = 0;
  const map = createExpiringMap<string>(() => nowMs);
  map.set('ends', 'v', 10);
  map.set('stays', 'v');
  nowMs = 9;
  expect(map.get('ends')).toBe('v');
  expect(map.untilMs('ends')).toBe(10);
  nowMs = 10;
  expect(map.get('ends')).toBeUndefined();
  expect(map.untilMs('ends')).toBeNull();
  expect(map.untilMs('stays')).toBe(Number.POSITIVE_INFINITY);
});

import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { describe, expect, test } from '@jest/globals';
import { openState } from '../src/open-state.ts';
import type { SharedState } from '../src/shared-state.ts';
import { createThrottle, type Throttle } from '../src/throttle.ts';
import { redisProgram, startRedis } from '../testing/redis-server.ts';
import { createUnreliableState } from './unreliable-state.ts';

const INTERVAL = 60;
const now = () => performance.timeOrigin + performance.now();
const throttleOn = (state: SharedState, replicas = 1) =>
  createThrottle({ state, now, replicas: () => replicas });
const turn = { intervalMs: INTERVAL, maxWaitMs: 5000 };

/** Takes turns one after the other and tells when each came and in which order. */
async function takeAll(
  turns: [name: string, throttle: Throttle][],
): Promise<{ order: string[]; gaps: number[] }> {
  const order: string[] = [];
  const times: number[] = [];
  await Promise.all(
    turns.map(async ([name, throttle]) => {
      await throttle.takeTurn('m', turn);
      order.push(name);
      times.push(now());
    }),
  );
  return { order, gaps: times.slice(1).map((time, index) => time - times[index]!) };
}

describe('a line', () => {
  test('keeps its interval and the order of arrival', async () => {
    const throttle = throttleOn(createUnreliableState());
    const { order, gaps } = await takeAll(['a', 'b', 'c', 'd'].map((name) => [name, throttle]));
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(INTERVAL - 1);
  });

  test('lets the first one through at once and tells the others how long they waited', async () => {
    const throttle = throttleOn(createUnreliableState());
    const waits = await Promise.all([throttle.takeTurn('m', turn), throttle.takeTurn('m', turn)]);
    expect(waits[0]).toBeLessThan(INTERVAL);
    expect(waits[1]).toBeGreaterThanOrEqual(INTERVAL - 1);
  });

  test('without an interval asks nobody', async () => {
    const state = createUnreliableState();
    expect(await throttleOn(state).takeTurn('m', { intervalMs: 0, maxWaitMs: 0 })).toBe(0);
    expect(state.calls).toEqual([]);
  });

  test('refuses at once a wait that cannot fit, and others go on', async () => {
    const throttle = throttleOn(createUnreliableState());
    const patient = [throttle.takeTurn('m', turn), throttle.takeTurn('m', turn)];
    expect(await throttle.takeTurn('m', { intervalMs: INTERVAL, maxWaitMs: INTERVAL })).toBeNull();
    expect(await Promise.all(patient)).not.toContain(null);
  });

  test('a client that leaves frees its place for the next', async () => {
    const throttle = throttleOn(createUnreliableState());
    const leaving = new AbortController();
    const first = throttle.takeTurn('m', turn);
    const gone = throttle.takeTurn('m', { ...turn, signal: leaving.signal });
    const next = throttle.takeTurn('m', { ...turn, maxWaitMs: 2 * INTERVAL });
    await first;
    const startedMs = now();
    leaving.abort();
    expect(await gone).toBeNull();
    expect(await next).not.toBeNull();
    expect(now() - startedMs).toBeLessThan(2 * INTERVAL);
    expect(await throttle.takeTurn('m', { ...turn, signal: leaving.signal })).toBeNull();
  });

  test('other lines do not wait for it', async () => {
    const throttle = throttleOn(createUnreliableState());
    await throttle.takeTurn('m', turn);
    expect(await throttle.takeTurn('other', { ...turn, maxWaitMs: 0 })).not.toBeNull();
  });
});

describe('without the store', () => {
  test('the line goes on by itself, at the pace of its share', async () => {
    const state = createUnreliableState();
    state.setUp(false);
    const throttle = throttleOn(state, 2);
    const { gaps } = await takeAll(['a', 'b', 'c'].map((name) => [name, throttle]));
    // A turn is told late when the machine is busy, so the gap to the next may look short.
    for (const gap of gaps) expect(gap).toBeGreaterThan(1.5 * INTERVAL);
    expect(state.calls).toEqual([]);
  });

  test('the interval holds over the moment the store goes and comes', async () => {
    const state = createUnreliableState();
    const throttle = throttleOn(state);
    const times: number[] = [];
    for (const up of [true, false, true, false]) {
      state.setUp(up);
      await throttle.takeTurn('m', turn);
      times.push(now());
    }
    for (let index = 1; index < times.length; index++) {
      expect(times[index]! - times[index - 1]!).toBeGreaterThanOrEqual(INTERVAL - 1);
    }
  });
});

test('two processes on one store keep one interval, and take turns', async () => {
  const state = createUnreliableState();
  const [one, other] = [throttleOn(state), throttleOn(state)];
  const { order, gaps } = await takeAll([
    ['one', one],
    ['one', one],
    ['one', one],
    ['other', other],
    ['other', other],
  ]);
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(INTERVAL - 2);
  expect(order.slice(0, 4).sort()).toEqual(['one', 'one', 'other', 'other']);
});

describeWithServer(redisProgram, 'against a real Redis', () => {
  test('two processes keep one interval', async () => {
    await using server = await startRedis();
    const states = [await openState(server.url), await openState(server.url)];
    const [one, other] = states.map((state) => throttleOn(state));
    const { gaps } = await takeAll([
      ['one', one!],
      ['other', other!],
      ['one', one!],
      ['other', other!],
    ]);
    // The store books by its own clock, in whole ms; what reaches us of it is shifted by the network's delay.
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(INTERVAL * 0.8);
    await Promise.all(states.map((state) => state.close()));
  });
});

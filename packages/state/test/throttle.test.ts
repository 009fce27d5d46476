import { steadyNow } from '@holdfast/runtime/clock';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { describe, expect, test } from '@jest/globals';
import { openState } from '../src/open-state.ts';
import type { SharedState } from '../src/shared-state.ts';
import { createThrottle, type Throttle } from '../src/throttle.ts';
import { redisProgram, startRedis } from '../testing/redis-server.ts';
import { createUnreliableState } from './unreliable-state.ts';

const INTERVAL = 60;

const throttleOn = (state: SharedState, replicas = 1) =>
  createThrottle({ state, now: steadyNow, replicas: () => replicas });
const turn = { intervalMs: INTERVAL, maxWaitMs: 5000 };

/** Takes turns one after the other and tells in which order, and how long after the start each came. */
async function takeAll(
  turns: [name: string, throttle: Throttle][],
): Promise<{ order: string[]; after: number[] }> {
  const order: string[] = [];
  const after: number[] = [];
  const startedMs = steadyNow();
  await Promise.all(
    turns.map(async ([name, throttle]) => {
      await throttle.takeTurn('m', turn);
      order.push(name);
      after.push(steadyNow() - startedMs);
    }),
  );
  return { order, after };
}

/** A busy machine tells a turn late, which makes the gap before it long and the one after it short; no turn is early. */
function expectPace(after: readonly number[], intervalMs: number): void {
  for (const [index, ms] of after.entries()) expect(ms).toBeGreaterThanOrEqual(index * intervalMs - 2);
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a line', () => {
  test('keeps its interval and the order of arrival', async () => {
    const throttle = throttleOn(createUnreliableState());
    const { order, after } = await takeAll(['a', 'b', 'c', 'd'].map((name) => [name, throttle]));
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    expectPace(after, INTERVAL);
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
    const startedMs = steadyNow();
    leaving.abort();
    expect(await gone).toBeNull();
    expect(await next).not.toBeNull();
    expect(steadyNow() - startedMs).toBeLessThan(2 * INTERVAL);
    expect(await throttle.takeTurn('m', { ...turn, signal: leaving.signal })).toBeNull();
  });

  test('a moment for which nobody is left is given back, to other processes too', async () => {
    const state = createUnreliableState();
    const [one, other] = [throttleOn(state), throttleOn(state)];
    await one.takeTurn('m', turn);
    const leaving = new AbortController();
    const gone = one.takeTurn('m', { ...turn, signal: leaving.signal });
    leaving.abort();
    expect(await gone).toBeNull();
    await until(() => state.calls.includes('returnSlot'));
    expect(await other.takeTurn('m', { ...turn, maxWaitMs: 0 })).not.toBeNull();
  });

  test('a request that asks again stands before those that came after it', async () => {
    const throttle = throttleOn(createUnreliableState());
    const order: string[] = [];
    const firstMs = steadyNow();
    await throttle.takeTurn('m', { ...turn, arrivedMs: firstMs });
    const take = async (name: string, arrivedMs: number) => {
      await throttle.takeTurn('m', { ...turn, arrivedMs });
      order.push(name);
    };
    await Promise.all([
      take('second', firstMs + 1),
      take('third', firstMs + 2),
      take('first again', firstMs),
    ]);
    expect(order).toEqual(['first again', 'second', 'third']);
  });

  test('tells a newcomer how far its turn is away', async () => {
    const throttle = throttleOn(createUnreliableState());
    expect(throttle.turnInMs('m', INTERVAL)).toBe(0);
    await throttle.takeTurn('m', turn);
    const waiting = throttle.takeTurn('m', turn);
    expect(throttle.turnInMs('m', INTERVAL)).toBeGreaterThanOrEqual(INTERVAL - 1);
    expect(throttle.turnInMs('other', INTERVAL)).toBe(0);
    await waiting;
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
    const { after } = await takeAll(['a', 'b', 'c'].map((name) => [name, throttle]));
    expectPace(after, 2 * INTERVAL);
    expect(state.calls).toEqual([]);
  });

  test('the interval holds over the moment the store goes and comes', async () => {
    const state = createUnreliableState();
    const throttle = throttleOn(state);
    const times: number[] = [];
    for (const up of [true, false, true, false]) {
      state.setUp(up);
      await throttle.takeTurn('m', turn);
      times.push(steadyNow());
    }
    for (let index = 1; index < times.length; index++) {
      expect(times[index]! - times[index - 1]!).toBeGreaterThanOrEqual(INTERVAL - 1);
    }
  });
});

test('two processes on one store keep one interval, and take turns', async () => {
  const state = createUnreliableState();
  const [one, other] = [throttleOn(state), throttleOn(state)];
  const { order, after } = await takeAll([
    ['one', one],
    ['one', one],
    ['one', one],
    ['other', other],
    ['other', other],
  ]);
  expectPace(after, INTERVAL);
  expect(order.slice(0, 4).sort()).toEqual(['one', 'one', 'other', 'other']);
});

describeWithServer(redisProgram, 'against a real Redis', () => {
  test('two processes keep one interval', async () => {
    await using server = await startRedis();
    const states = [await openState(server.url), await openState(server.url)];
    const [one, other] = states.map((state) => throttleOn(state));
    const { after } = await takeAll([
      ['one', one!],
      ['other', other!],
      ['one', one!],
      ['other', other!],
    ]);
    expectPace(after, INTERVAL);
    await Promise.all(states.map((state) => state.close()));
  });
});

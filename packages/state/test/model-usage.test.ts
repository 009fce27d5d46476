import { describe, expect, test } from '@jest/globals';
import { limitKey } from '../src/keys.ts';
import { shareModelUsage } from '../src/model-usage.ts';
import { createUnreliableState } from './unreliable-state.ts';

const T = Date.UTC(2026, 10, 21, 23, 59, 0);
const started = { kind: 'started', inputUsage: 10 } as const;

describe('model usage', () => {
  test('of all processes adds up', async () => {
    const state = createUnreliableState();
    const [one, other] = ['one', 'other'].map((id) => shareModelUsage({ state, now: () => T, id }));
    one!.note('first', 'gpt-4o', started);
    other!.note('first', 'gpt-4o', started);
    other!.note('second', 'gpt-4o', started);
    await other!.exchange();
    await one!.exchange();
    expect(one!.usageOf('first', 'gpt-4o')).toMatchObject({ minuteRequests: 2, dayRequests: 2, inFlight: 2 });
    expect(one!.usageOf('second', 'gpt-4o')).toMatchObject({ minuteRequests: 1 });
    await other!.exchange();
    await one!.exchange();
    expect(one!.usageOf('first', 'gpt-4o').dayRequests).toBe(2);
    one!.stop();
    other!.stop();
  });

  test('of a process that died stays for its day, without what it had in flight', async () => {
    let nowMs = T;
    const state = createUnreliableState();
    const dead = shareModelUsage({ state, now: () => nowMs, id: 'dead' });
    dead.note('first', 'm', started);
    await dead.exchange();
    dead.stop();
    nowMs += 20_000;
    const born = shareModelUsage({ state, now: () => nowMs, id: 'born' });
    await born.exchange();
    expect(born.usageOf('first', 'm')).toMatchObject({ dayRequests: 1, inFlight: 0 });
    nowMs += 60_000;
    await born.exchange();
    expect(born.usageOf('first', 'm').dayRequests).toBe(0);
    expect(await state.hashGetAll(limitKey('usage'))).toEqual({});
    born.stop();
  });

  test('goes on alone while the store is away, and what does not fit the schema is ignored', async () => {
    const state = createUnreliableState();
    await state.hashSet(limitKey('usage'), { forged: '{"atMs":1,"usages":{"first\\nm":{"minute":"x"}}}' });
    const usage = shareModelUsage({ state, now: () => T, id: 'one' });
    await usage.exchange();
    state.setUp(false);
    usage.note('first', 'm', started);
    await usage.exchange();
    expect(usage.usageOf('first', 'm').minuteRequests).toBe(1);
    usage.stop();
  });
});

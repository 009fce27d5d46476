import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SharedState, StateUnavailable } from '../src/shared-state.ts';

/** What every implementation of `SharedState` guarantees; `open` gives an empty, reachable store. */
export function describeSharedState(name: string, open: () => Promise<SharedState>): void {
  describe(`${name} keeps the promises of SharedState`, () => {
    let state: SharedState;
    beforeEach(async () => {
      state = await open();
    });
    afterEach(() => state.close());

    describe('values', () => {
      test('a value is read back until it is deleted, an absent one is null', async () => {
        expect(await state.get('k')).toBeNull();
        await state.set('k', 'väl€ue\n{"a":1}');
        expect(await state.get('k')).toBe('väl€ue\n{"a":1}');
        await state.delete('k');
        expect(await state.get('k')).toBeNull();
      });

      test('a value with a lifetime is gone afterwards, and a later write without one stays', async () => {
        await state.set('short', 'v', 30);
        await state.set('long', 'v', 30);
        await state.set('long', 'w');
        await eventually(async () => (await state.get('short')) === null);
        expect(await state.get('long')).toBe('w');
      });
    });

    describe('hashes', () => {
      test('fields are set, overwritten, read together and deleted; nothing to do is no error', async () => {
        expect(await state.hashGetAll('h')).toEqual({});
        await state.hashSet('h', { 'a/b': '1', c: '2' });
        await state.hashSet('h', { c: '3' });
        await state.hashSet('h', {});
        await state.hashDelete('h', []);
        expect(await state.hashGetAll('h')).toEqual({ 'a/b': '1', c: '3' });
        await state.hashDelete('h', ['a/b', 'never-there']);
        expect(await state.hashGetAll('h')).toEqual({ c: '3' });
        await state.delete('h');
        expect(await state.hashGetAll('h')).toEqual({});
      });
    });

    describe('raiseUntil', () => {
      test('only ever raises the moment, whoever writes last, and tells what stands', async () => {
        const soon = Date.now() + 60_000;
        const later = Date.now() + 120_000;
        expect(await state.raiseUntil('until', soon)).toBe(soon);
        expect(await state.raiseUntil('until', later)).toBe(later);
        expect(await state.raiseUntil('until', soon)).toBe(later);
        expect(Number(await state.get('until'))).toBe(later);
      });

      test('the moment is forgotten when it has come', async () => {
        await state.raiseUntil('until', Date.now() + 30);
        await eventually(async () => (await state.get('until')) === null);
      });

      test('of many writers at once the largest wins', async () => {
        const base = Date.now() + 60_000;
        await Promise.all(
          Array.from({ length: 20 }, (_, index) => state.raiseUntil('until', base + ((index * 7) % 20))),
        );
        expect(Number(await state.get('until'))).toBe(base + 19);
      });
    });

    describe('messages', () => {
      test('reach every subscriber of the channel in order, and none of another channel or after the end', async () => {
        const first: string[] = [];
        const second: string[] = [];
        const stopFirst = state.subscribe('news', (message) => first.push(message));
        const stopSecond = state.subscribe('news', (message) => second.push(message));
        state.subscribe('other', () => second.push('wrong channel'));
        await heard(state, 'news', second);
        await heard(state, 'other', second);
        first.length = 0;
        second.length = 0;

        for (const message of ['1', '2', '3']) await state.publish('news', message);
        await eventually(async () => second.length === 3);
        expect(first).toEqual(['1', '2', '3']);
        expect(second).toEqual(['1', '2', '3']);

        stopFirst();
        await state.publish('news', '4');
        await eventually(async () => second.length === 4);
        expect(first).toEqual(['1', '2', '3']);

        stopSecond();
        const again: string[] = [];
        state.subscribe('news', (message) => again.push(message));
        await heard(state, 'news', again);
        expect(second).toEqual(['1', '2', '3', '4']);
      });
    });

    describe('sorted sets', () => {
      test('give the lowest scores first, up to a score and a number', async () => {
        await state.sortedAdd('z', 'c', 30);
        await state.sortedAdd('z', 'a', 10);
        await state.sortedAdd('z', 'b', 20);
        expect(await state.sortedRange('z', 25, 10)).toEqual([
          { member: 'a', score: 10 },
          { member: 'b', score: 20 },
        ]);
        expect(await state.sortedRange('z', 100, 1)).toEqual([{ member: 'a', score: 10 }]);
        expect(await state.sortedRange('z', Number.POSITIVE_INFINITY, 10)).toHaveLength(3);
      });

      test('a member added again moves, unless only new ones were wanted', async () => {
        await state.sortedAdd('z', 'a', 10);
        await state.sortedAdd('z', 'a', 50, { onlyNew: true });
        expect(await state.sortedRange('z', 100, 10)).toEqual([{ member: 'a', score: 10 }]);
        await state.sortedAdd('z', 'a', 50);
        expect(await state.sortedRange('z', 100, 10)).toEqual([{ member: 'a', score: 50 }]);
        await state.sortedRemove('z', 'a');
        await state.sortedRemove('z', 'never-there');
        expect(await state.sortedRange('z', 100, 10)).toEqual([]);
      });
    });

    describe('streams', () => {
      const options = { count: 10, reclaimAfterMs: 60_000 };

      test('a group gets every entry from the beginning, in order, each given to one consumer', async () => {
        const ids = [];
        for (const n of ['1', '2', '3']) ids.push(await state.streamAppend('s', { n, text: 'a b' }, 100));
        const one = await state.streamRead('s', 'g', 'one', { ...options, count: 2 });
        const two = await state.streamRead('s', 'g', 'two', options);
        expect(one).toEqual([
          { id: ids[0], fields: { n: '1', text: 'a b' } },
          { id: ids[1], fields: { n: '2', text: 'a b' } },
        ]);
        expect(two).toEqual([{ id: ids[2], fields: { n: '3', text: 'a b' } }]);
        expect(await state.streamRead('s', 'other-group', 'one', options)).toHaveLength(3);
      });

      test('an empty or absent stream gives nothing, and what comes later is not missed', async () => {
        expect(await state.streamRead('s', 'g', 'one', options)).toEqual([]);
        await state.streamAppend('s', { n: '1' }, 100);
        expect(await state.streamRead('s', 'g', 'one', options)).toHaveLength(1);
      });

      test('what was not acknowledged comes again, before anything new; what was, never', async () => {
        await state.streamAppend('s', { n: '1' }, 100);
        await state.streamAppend('s', { n: '2' }, 100);
        const [first] = await state.streamRead('s', 'g', 'one', options);
        await state.streamAcknowledge('s', 'g', [first!.id]);
        await state.streamAcknowledge('s', 'g', []);
        await state.streamAppend('s', { n: '3' }, 100);
        const again = await state.streamRead('s', 'g', 'one', options);
        expect(again.map(({ fields }) => fields.n)).toEqual(['2', '3']);
      });

      test('what a dead consumer left is taken over once it lay idle long enough', async () => {
        await state.streamAppend('s', { n: '1' }, 100);
        await state.streamRead('s', 'g', 'dead', options);
        expect(await state.streamRead('s', 'g', 'heir', options)).toEqual([]);
        await eventually(async () => {
          const taken = await state.streamRead('s', 'g', 'heir', { count: 10, reclaimAfterMs: 20 });
          return taken.length === 1;
        });
      });

      test('the stream stays near its length, and trimmed entries do not block the group', async () => {
        await state.streamAppend('s', { n: 'first' }, 1000);
        await state.streamRead('s', 'g', 'one', options);
        for (let n = 0; n < 500; n += 1) await state.streamAppend('s', { n: String(n) }, 100);
        const entries = await state.streamRead('s', 'g', 'one', { count: 1000, reclaimAfterMs: 60_000 });
        expect(entries.length).toBeGreaterThanOrEqual(100);
        expect(entries.length).toBeLessThan(300);
        expect(entries.at(-1)?.fields.n).toBe('499');
      });
    });

    describe('leases', () => {
      test('one owner at a time; a renewal keeps the number, a new owner gets a higher one', async () => {
        const first = await state.acquireLease('l', 'a', 60_000);
        expect(first).toEqual(expect.any(Number));
        expect(await state.acquireLease('l', 'b', 60_000)).toBeNull();
        expect(await state.acquireLease('l', 'a', 60_000)).toBe(first);
        await state.releaseLease('l', 'b');
        expect(await state.acquireLease('l', 'b', 60_000)).toBeNull();
        await state.releaseLease('l', 'a');
        const second = await state.acquireLease('l', 'b', 60_000);
        expect(second).toBeGreaterThan(first!);
        expect(await state.acquireLease('another', 'a', 60_000)).not.toBeNull();
      });

      test('an expired lease goes to the next, and the number still grows', async () => {
        const first = await state.acquireLease('l', 'a', 20);
        let second: number | null = null;
        await eventually(async () => {
          second = await state.acquireLease('l', 'b', 60_000);
          return second !== null;
        });
        expect(second).toBeGreaterThan(first!);
      });

      test('of many that want it at once exactly one gets it', async () => {
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, index) => state.acquireLease('l', `o${index}`, 60_000)),
        );
        expect(answers.filter((fence) => fence !== null)).toHaveLength(1);
      });
    });

    describe('reserveSlot', () => {
      test('moments are an interval apart, in order of the calls', async () => {
        const waits = await Promise.all([1, 2, 3].map(() => state.reserveSlot('line', 10_000, 60_000)));
        expect(waits[0]).toBe(0);
        expect(waits[1]).toBeGreaterThan(9_000);
        expect(waits[1]).toBeLessThanOrEqual(10_000);
        expect(waits[2]! - waits[1]!).toBeGreaterThan(9_000);
      });

      test('a wait that is too long books nothing', async () => {
        await state.reserveSlot('line', 10_000, 0);
        expect(await state.reserveSlot('line', 10_000, 5_000)).toBeNull();
        const wait = await state.reserveSlot('line', 10_000, 60_000);
        expect(wait).toBeLessThanOrEqual(10_000);
      });

      test('without an interval nobody waits', async () => {
        expect(await state.reserveSlot('line', 0, 0)).toBe(0);
        expect(await state.reserveSlot('line', 0, 0)).toBe(0);
      });
    });

    describe('returnSlot', () => {
      test('frees the line where the moment booked last has come', async () => {
        await state.reserveSlot('line', 10_000, 0);
        await state.returnSlot('line', 10_000);
        expect(await state.reserveSlot('line', 10_000, 0)).toBe(0);
      });

      test('changes nothing where another moment was booked after it, or none at all', async () => {
        await state.reserveSlot('line', 10_000, 0);
        await state.reserveSlot('line', 10_000, 60_000);
        await state.returnSlot('line', 10_000);
        expect(await state.reserveSlot('line', 10_000, 60_000)).toBeGreaterThan(19_000);
        await state.returnSlot('other', 10_000);
        expect(await state.reserveSlot('other', 10_000, 0)).toBe(0);
      });
    });

    describe('count', () => {
      test('adds up within a window that starts with the first use, then starts anew', async () => {
        expect(await state.count('c', 2, 60_000)).toEqual({ count: 2, resetMs: 60_000 });
        const second = await state.count('c', 3, 999_999);
        expect(second.count).toBe(5);
        expect(second.resetMs).toBeLessThanOrEqual(60_000);
        await state.count('short', 1, 30);
        await eventually(async () => (await state.count('short', 1, 30)).count === 1);
      });

      test('loses no addition of many at once', async () => {
        await Promise.all(Array.from({ length: 50 }, () => state.count('c', 1, 60_000)));
        expect((await state.count('c', 0, 60_000)).count).toBe(50);
      });
    });

    test('after close every call is refused with StateUnavailable', async () => {
      await state.close();
      await expect(state.get('k')).rejects.toThrow(StateUnavailable);
      await expect(state.publish('c', 'm')).rejects.toThrow(StateUnavailable);
      await state.close();
    });
  });
}

/** Asks until the answer is yes; what it waits for is an event inside the store that cannot be awaited. */
export async function eventually(question: () => Promise<boolean>, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await question())) {
    if (performance.now() > deadline) throw new Error(`did not come true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Publishes until something arrives in `inbox`: subscribing takes effect when the store says so. */
async function heard(state: SharedState, channel: string, inbox: string[]): Promise<void> {
  const before = inbox.length;
  await eventually(async () => {
    await state.publish(channel, 'are you there?');
    await new Promise((resolve) => setTimeout(resolve, 5));
    return inbox.length > before;
  });
}

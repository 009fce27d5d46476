import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { tokenReportsChannel, tokenReportsKey } from '../src/keys.ts';
import { readReportEntry, type TokenReport } from '../src/token-records.ts';
import { createTokenReporter } from '../src/token-reporter.ts';
import { createUnreliableState, type UnreliableState } from './unreliable-state.ts';

const use = { token: 'A', account: 'first', model: 'm' };
const refused = { result: 'rate_limited', event: { kind: 'failure' } } as const;
const fine = { result: 'ok', event: { kind: 'success' } } as const;

async function received(state: UnreliableState): Promise<TokenReport[]> {
  const entries = await state.streamRead(tokenReportsKey, 'test', 'reader', {
    count: 1000,
    reclaimAfterMs: 0,
  });
  await state.streamAcknowledge(
    tokenReportsKey,
    'test',
    entries.map(({ id }) => id),
  );
  return entries.flatMap(({ fields }) => readReportEntry(fields));
}
const appends = (state: UnreliableState) => state.calls.filter((name) => name === 'streamAppend').length;

afterEach(() => void jest.useRealTimers());

describe('the report stream', () => {
  test('a thousand successes of a healthy token are one report', async () => {
    const state = createUnreliableState();
    const reporter = createTokenReporter({ state, now: Date.now });
    for (let index = 0; index < 1000; index++) reporter.report('github', use, fine);
    await reporter.flush();
    expect(await received(state)).toMatchObject([{ token: 'A', event: { kind: 'success' }, uses: 1000 }]);
    expect(appends(state)).toBe(1);
    await reporter.close();
  });

  test('a first healthy use after a pause is told soon, what follows ten seconds later, each token by itself', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    const state = createUnreliableState();
    const reporter = createTokenReporter({ state, now: Date.now });
    const toldAfter = async (ms: number) => {
      await jest.advanceTimersByTimeAsync(ms);
      return (await received(state)).map(({ token, uses }) => `${token} ${uses}`);
    };
    reporter.report('github', use, fine);
    reporter.report('github', use, fine);
    expect(await toldAfter(499)).toEqual([]);
    expect(await toldAfter(1)).toEqual(['A 2']);
    reporter.report('github', use, fine);
    expect(await toldAfter(1000)).toEqual([]);
    reporter.report('github', { ...use, token: 'B' }, fine);
    expect(await toldAfter(500)).toEqual(['A 1', 'B 1']);
    reporter.report('github', use, fine);
    expect(await toldAfter(9999)).toEqual([]);
    expect(await toldAfter(1)).toEqual(['A 1']);
    await reporter.close();
  });

  test('refusals come in order and many in one append', async () => {
    const state = createUnreliableState();
    const reporter = createTokenReporter({ state, now: Date.now });
    for (let index = 0; index < 150; index++)
      reporter.report('github', { ...use, model: `m${index}` }, refused);
    await reporter.flush();
    expect((await received(state)).map(({ model }) => model)).toEqual(
      Array.from({ length: 150 }, (_, index) => `m${index}`),
    );
    expect(appends(state)).toBe(2);
    await reporter.close();
  });

  test('a success of a token that had failed travels at once, as a refusal does', async () => {
    const state = createUnreliableState();
    const reporter = createTokenReporter({ state, now: Date.now });
    const arrived = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (appends(state) > 0) {
          clearInterval(timer);
          resolve();
        }
      }, 5);
    });
    reporter.report('github', use, refused);
    reporter.report('github', use, fine);
    reporter.report('github', use, fine);
    await arrived;
    expect((await received(state)).map(({ event }) => event.kind)).toEqual(['failure', 'success']);
    await reporter.close();
  });

  test('a success from before a refusal is told before it', async () => {
    const state = createUnreliableState();
    const reporter = createTokenReporter({ state, now: Date.now });
    reporter.report('github', use, fine);
    reporter.report('github', { ...use, token: 'B' }, fine);
    reporter.report('github', use, refused);
    await reporter.flush();
    expect((await received(state)).map(({ token, event }) => `${token} ${event.kind}`)).toEqual([
      'A success',
      'A failure',
      'B success',
    ]);
    await reporter.close();
  });

  test('a refusal is announced, healthy use is not', async () => {
    const state = createUnreliableState();
    const reporter = createTokenReporter({ state, now: Date.now });
    reporter.report('github', use, fine);
    await reporter.flush();
    expect(state.calls).not.toContain('publish');
    const announced = new Promise<string>((resolve) => state.subscribe(tokenReportsChannel, resolve));
    reporter.report('github', use, refused);
    await announced;
    await reporter.close();
  });

  test('while the store is away reports wait, the newest thousand of them, and nothing is asked of it', async () => {
    const state = createUnreliableState();
    let dropped = 0;
    const reporter = createTokenReporter({ state, now: Date.now, onDropped: (count) => (dropped += count) });
    state.setUp(false);
    for (let index = 0; index < 1005; index++)
      reporter.report('github', { ...use, model: `m${index}` }, refused);
    await reporter.flush();
    expect(appends(state)).toBe(0);
    state.setUp(true);
    await reporter.flush();
    const models = (await received(state)).map(({ model }) => model);
    expect([models.length, models[0], models.at(-1), dropped]).toEqual([1000, 'm5', 'm1004', 5]);
    await reporter.close();
  });

  test('closing sends what waits', async () => {
    const state = createUnreliableState();
    const reporter = createTokenReporter({ state, now: Date.now });
    reporter.report('github', use, fine);
    await reporter.close();
    expect(await received(state)).toHaveLength(1);
  });
});

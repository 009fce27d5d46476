import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { describe, expect, test } from '@jest/globals';
import { openState } from '../src/open-state.ts';
import { createRedisState } from '../src/redis-state.ts';
import { type SharedState, StateUnavailable } from '../src/shared-state.ts';
import { freePort, redisProgram, startRedis } from '../testing/redis-server.ts';
import { eventually } from './conformance.ts';

describeWithServer(redisProgram, 'a Redis that misbehaves', () => {
  describe('dead at the start', () => {
    test('calls are refused, and the store is taken up when it comes', async () => {
      const port = await freePort();
      await using state = disposable(createRedisState({ url: `redis://127.0.0.1:${port}` }));
      const inbox: string[] = [];
      state.subscribe('news', (message) => inbox.push(message));
      expect(state.up).toBe(false);
      await expect(state.get('k')).rejects.toThrow(StateUnavailable);

      const ups = upChanges(state);
      await using _server = await startRedis({ port });
      await eventually(async () => state.up);
      expect(ups).toEqual([true]);
      await state.set('k', 'v');
      expect(await state.get('k')).toBe('v');
      await state.publish('news', 'hello');
      await eventually(async () => inbox.length === 1);
    });

    test('opening the configured store waits for a moment only', async () => {
      const port = await freePort();
      const warnings: string[] = [];
      const logger = {
        info: () => {},
        warn: (_fields: object, message: string) => void warnings.push(message),
      };
      await using state = disposable(await openState(`redis://127.0.0.1:${port}`, logger));
      expect(state.up).toBe(false);
      expect(warnings).toEqual(['state store is not there yet, starting without it']);
    });
  });

  describe('killed', () => {
    test('every call in flight settles, `up` flips and comes back, subscriptions go on', async () => {
      await using server = await startRedis();
      await using state = disposable(await openState(server.url));
      const inbox: string[] = [];
      state.subscribe('news', (message) => inbox.push(message));
      const ups = upChanges(state);
      for (let round = 1; round <= 3; round += 1) {
        const calls = Array.from({ length: 200 }, (_, index) => state.set(`k${index}`, 'v'));
        const killed = server.kill();
        const late = Array.from({ length: 50 }, () => state.hashGetAll('h'));
        const outcomes = await Promise.allSettled([...calls, ...late]);
        await killed;
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StateUnavailable);
        }
        await eventually(async () => !state.up);
        await expect(state.get('k')).rejects.toThrow(StateUnavailable);

        await server.restart();
        await eventually(async () => state.up);
        inbox.length = 0;
        await state.publish('news', `round ${round}`);
        await eventually(async () => inbox.length === 1);
      }
      expect(ups).toEqual([false, true, false, true, false, true]);
    });
  });

  describe('hung', () => {
    test('every call is refused while it hangs, and after a while at once', async () => {
      await using server = await startRedis();
      await using state = disposable(await openState(server.url));
      await state.set('k', 'v');
      server.pause();
      const first = await Promise.allSettled(Array.from({ length: 20 }, () => state.get('k')));
      expect(first.every(({ status }) => status === 'rejected')).toBe(true);
      expect(state.up).toBe(false);
      await eventually(async () => {
        let waited = false;
        const timer = setTimeout(() => {
          waited = true;
        }, 0);
        await expect(state.get('k')).rejects.toThrow(StateUnavailable);
        clearTimeout(timer);
        return !waited;
      }, 15_000);
      server.resume();
      await eventually(async () => state.up);
      expect(await state.get('k')).toBe('v');
    }, 30_000);

    test('is noticed although nobody asks anything, and subscriptions go on afterwards', async () => {
      await using server = await startRedis();
      await using state = disposable(await openState(server.url));
      const inbox: string[] = [];
      state.subscribe('news', (message) => inbox.push(message));
      server.pause();
      await eventually(async () => !state.up);
      server.resume();
      await eventually(async () => state.up);
      await state.publish('news', 'again');
      await eventually(async () => inbox.includes('again'));
    });

    test('a late reply never answers another call', async () => {
      await using server = await startRedis();
      await using state = disposable(await openState(server.url));
      for (const key of ['a', 'b', 'c']) await state.set(key, `value of ${key}`);
      for (let round = 0; round < 3; round += 1) {
        server.pause();
        await expect(state.get('a')).rejects.toThrow(StateUnavailable);
        server.resume();
        await eventually(async () => state.up);
        expect(await state.get('b')).toBe('value of b');
        expect(await state.get('c')).toBe('value of c');
      }
    });
  });

  describe('flushed', () => {
    test('nothing breaks: groups, leases and moments are made anew, fencing numbers still grow', async () => {
      await using server = await startRedis();
      await using state = disposable(await openState(server.url));
      await state.streamAppend('s', { n: '1' }, 10);
      await state.streamRead('s', 'g', 'c', { count: 10, reclaimAfterMs: 1_000 });
      const fence = await state.acquireLease('l', 'a', 60_000);
      const ups = upChanges(state);
      await server.flushAll();
      expect(await state.streamRead('s', 'g', 'c', { count: 10, reclaimAfterMs: 1_000 })).toEqual([]);
      await state.streamAppend('s', { n: '2' }, 10);
      expect(await state.streamRead('s', 'g', 'c', { count: 10, reclaimAfterMs: 1_000 })).toHaveLength(1);
      expect(await state.acquireLease('l', 'b', 60_000)).toBeGreaterThan(fence!);
      expect(ups).toEqual([]);
    });

    test('scripts that the server has forgotten are sent again', async () => {
      await using server = await startRedis();
      await using state = disposable(await openState(server.url));
      const untilMs = Date.now() + 60_000;
      await state.raiseUntil('until', untilMs);
      await server.command('SCRIPT', 'FLUSH');
      expect(await state.raiseUntil('until', untilMs - 1)).toBe(untilMs);
    });
  });

  test('an error reply is that call’s alone: the connection stays', async () => {
    await using server = await startRedis();
    await using state = disposable(await openState(server.url));
    const ups = upChanges(state);
    await state.set('k', 'not a hash');
    const outcomes = await Promise.allSettled([state.hashGetAll('k'), state.get('k')]);
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: expect.any(StateUnavailable) });
    expect(outcomes[1]).toEqual({ status: 'fulfilled', value: 'not a hash' });
    expect(ups).toEqual([]);
  });

  test('a wrong password keeps the store away and is never logged', async () => {
    await using server = await startRedis({ args: ['--requirepass', 'right-canary'] });
    const lines: string[] = [];
    const note = (fields: object, message: string) => void lines.push(JSON.stringify(fields) + message);
    const url = server.url.replace('://', '://:wrong-canary@');
    await using state = disposable(await openState(url, { info: note, warn: note }));
    const refusal = await state.get('k').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StateUnavailable);
    expect(String(refusal) + lines.join()).not.toContain('canary');
    await using right = disposable(await openState(server.url.replace('://', '://:right-canary@')));
    expect(right.up).toBe(true);
  });
});

function disposable(state: SharedState): SharedState & AsyncDisposable {
  return Object.assign(Object.create(state) as SharedState, { [Symbol.asyncDispose]: () => state.close() });
}

function upChanges(state: SharedState): boolean[] {
  const changes: boolean[] = [];
  state.onUpChange((up) => changes.push(up));
  return changes;
}

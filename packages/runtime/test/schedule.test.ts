import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { everyInterval, onCron } from '../src/schedule.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'], now: 0 });
});
afterEach(() => {
  jest.useRealTimers();
});

test('a cron task runs on its schedule in UTC, survives its own failures and ends when stopped', async () => {
  const runs: number[] = [];
  const errors: unknown[] = [];
  const scheduled = onCron(
    '*/5 * * * *',
    async () => {
      runs.push(Date.now());
      if (runs.length === 1) throw new Error('once');
    },
    (error) => errors.push(error),
  );
  await jest.advanceTimersByTimeAsync(11 * 60_000);
  expect(runs.map((ms) => Math.round(ms / 60_000))).toEqual([5, 10]);
  expect(errors).toEqual([new Error('once')]);
  expect(scheduled.periodMs()).toBe(5 * 60_000);
  scheduled.stop();
  await jest.advanceTimersByTimeAsync(11 * 60_000);
  expect(runs).toHaveLength(2);
});

test('a cron task is never run twice at a time', async () => {
  let running = 0;
  let most = 0;
  let release = () => {};
  const scheduled = onCron(
    '* * * * * *',
    async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => (release = resolve));
      running -= 1;
    },
    () => {},
  );
  await jest.advanceTimersByTimeAsync(5_000);
  release();
  await jest.advanceTimersByTimeAsync(2_000);
  expect(most).toBe(1);
  scheduled.stop();
});

test('an interval starts anew when the task has ended, whatever it came to', async () => {
  const starts: number[] = [];
  const errors: unknown[] = [];
  const scheduled = everyInterval(
    100,
    async () => {
      starts.push(Date.now());
      await new Promise((resolve) => setTimeout(resolve, 250));
      throw new Error('each time');
    },
    (error) => errors.push(error),
  );
  await jest.advanceTimersByTimeAsync(1_000);
  expect(starts).toEqual([100, 450, 800]);
  scheduled.stop();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(starts).toHaveLength(3);
  expect(errors).toHaveLength(3);
});

import { describe, expect, test } from '@jest/globals';
import {
  type CallOutcome,
  type JobPolicy,
  type JobProgress,
  modelForStep,
  reduceJob,
} from '../src/tagging/job.ts';

const policy: JobPolicy = {
  model: 'main',
  fallbackModels: ['second', 'third'],
  maxRetries: 3,
  retryDelayMs: 2000,
  maxAttempts: 3,
};
const fresh: JobProgress = { status: 'pending', attempts: 0, step: 0 };
const failure: CallOutcome = { kind: 'failed', reason: '502', retryAfterMs: null, sameModel: true };
const NOW = 1_000_000;
const after = (job: JobProgress, outcome: CallOutcome, random = 0) =>
  reduceJob(job, outcome, policy, NOW, random);

/** Plays one attempt in which every call fails; the model and the wait before each call, in seconds. */
function playAttempt(job: JobProgress) {
  const calls: [model: string, waitS: number][] = [];
  let waitS = 0;
  for (;;) {
    calls.push([modelForStep(job.step, policy), waitS]);
    const next = after(job, failure);
    if (!('step' in next) || next.step === 0) return { calls, next };
    waitS = (next.dueAtMs - NOW) / 1000;
    job = next;
  }
}

describe('one attempt', () => {
  test('is 1 + max_retries calls 2, 4 and 8 s apart on the main model, then one per fallback model at once', () => {
    expect(playAttempt(fresh).calls).toEqual([
      ['main', 0],
      ['main', 2],
      ['main', 4],
      ['main', 8],
      ['second', 0],
      ['third', 0],
    ]);
  });

  test('stays pending until the first is over, is retrying between attempts, and failed after the last', () => {
    const first = playAttempt(fresh).next;
    expect(first).toMatchObject({ status: 'retrying', attempts: 1, step: 0, error: '502' });
    const second = playAttempt({ ...fresh, status: 'retrying', attempts: 1 }).next;
    expect(second).toMatchObject({ status: 'retrying', attempts: 2 });
    const third = playAttempt({ ...fresh, status: 'retrying', attempts: 2 }).next;
    expect(third).toEqual({ status: 'failed', attempts: 3, error: '502' });
  });

  test('is followed by ever longer pauses: 16 s, 128 s, ... and never more than 6 h', () => {
    const pauseS = (attempts: number) => {
      const next = reduceJob(
        { ...fresh, attempts, step: 5 },
        failure,
        { ...policy, maxAttempts: 99 },
        NOW,
        0,
      );
      return 'dueAtMs' in next ? (next.dueAtMs - NOW) / 1000 : null;
    };
    expect([0, 1, 2, 3, 20].map(pauseS)).toEqual([16, 128, 1024, 8192, 21_600]);
  });

  test('keeps its status pending and its count while calls of the first attempt fail', () => {
    expect(after({ ...fresh, step: 2 }, failure)).toMatchObject({ status: 'pending', attempts: 0, step: 3 });
    expect(after({ ...fresh, attempts: 1, step: 2 }, failure)).toMatchObject({
      status: 'retrying',
      attempts: 1,
      step: 3,
    });
  });
});

describe('an outcome', () => {
  test('with tags is a success that counts its attempt', () => {
    expect(after({ ...fresh, attempts: 1, step: 4 }, { kind: 'tags', tags: ['a'] })).toEqual({
      status: 'success',
      attempts: 2,
      tags: ['a'],
    });
  });

  test('without text is skipped and no attempt', () => {
    expect(after(fresh, { kind: 'no_text' })).toEqual({ status: 'skipped', attempts: 0 });
  });

  test('that is permanent fails the post at once', () => {
    expect(after(fresh, { kind: 'permanent', reason: '400' })).toEqual({
      status: 'failed',
      attempts: 1,
      error: '400',
    });
  });

  test('of a call that was never made costs the post nothing', () => {
    const next = after({ ...fresh, step: 2 }, { kind: 'not_called', reason: 'away', retryAfterMs: 5000 });
    expect(next).toEqual({ status: 'pending', attempts: 0, step: 2, dueAtMs: NOW + 5000, error: 'away' });
  });

  test('that forbids the same model goes on with the next one', () => {
    const gone: CallOutcome = { ...failure, sameModel: false };
    expect(after(fresh, gone)).toMatchObject({ step: 4, dueAtMs: NOW });
    expect(after({ ...fresh, step: 4 }, gone)).toMatchObject({ step: 5, dueAtMs: NOW });
    expect(after({ ...fresh, step: 5 }, gone)).toMatchObject({ status: 'retrying', attempts: 1 });
  });

  test('that states a delay is never repeated earlier, and not waited for when it is long', () => {
    expect(after(fresh, { ...failure, retryAfterMs: 30_000 })).toMatchObject({
      step: 1,
      dueAtMs: NOW + 30_000,
    });
    expect(after(fresh, { ...failure, retryAfterMs: 1000 })).toMatchObject({ step: 1, dueAtMs: NOW + 2000 });
    expect(after(fresh, { ...failure, retryAfterMs: 600_000 })).toMatchObject({ step: 4, dueAtMs: NOW });
    expect(after({ ...fresh, step: 5 }, { ...failure, retryAfterMs: 600_000 })).toMatchObject({
      attempts: 1,
      dueAtMs: NOW + 600_000,
    });
  });

  test('is waited for up to a tenth longer, so that posts that failed together spread out', () => {
    expect(after(fresh, failure, 0.999)).toMatchObject({ dueAtMs: NOW + 2200 });
  });
});

test('an attempt that began under a longer plan ends with the shorter one', () => {
  const short: JobPolicy = { ...policy, maxRetries: 0, fallbackModels: [] };
  expect(modelForStep(4, short)).toBe('main');
  expect(reduceJob({ ...fresh, step: 4 }, failure, short, NOW, 0)).toMatchObject({
    status: 'retrying',
    attempts: 1,
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Job } from '../src/store/queue.ts';
import type { JobState } from '../src/tagging/job.ts';
import { failed, LEASE_MS, NOW, SUCCESS, useTables } from './store-rig.ts';

/** What the queue guarantees, whichever database holds it. `freshUrl` names an empty one. */
export function describeQueue(name: string, freshUrl: () => Promise<string>): void {
  describe(`${name}:`, () => {
    const rig = useTables(freshUrl);
    const { create, claim, find, retry } = rig;

    describe('jobs', () => {
      test('are claimed by one worker each, however many claim at once', async () => {
        await create(60);
        const claims = await Promise.all(Array.from({ length: 12 }, (_, index) => claim(10, `w${index}`)));
        const ids = claims.flat().map(({ postId }) => postId);
        expect(ids).toHaveLength(60);
        expect(new Set(ids).size).toBe(60);
      });

      test('are claimed in the order they became due, and not before', async () => {
        await rig.tables.posts.create('u1', [{ id: 'late', text: 'x' }], NOW + 2000);
        await rig.tables.posts.create('u1', [{ id: 'z-first', text: 'x' }], NOW - 2000);
        await rig.tables.posts.create('u1', [{ id: 'a-second', text: 'x' }], NOW - 1000);
        expect((await claim(1)).map(({ postId }) => postId)).toEqual(['z-first']);
        expect((await claim(9)).map(({ postId }) => postId)).toEqual(['a-second']);
        expect(await rig.tables.queue.nextDueMs()).toBe(NOW + 2000);
      });

      test('of a worker that died are claimed again when its lease is over, and its late result is not written', async () => {
        await create(1);
        const [mine] = await claim(1, 'dead');
        expect(await claim(1, 'other', NOW + LEASE_MS - 1)).toEqual([]);
        const [theirs] = await claim(1, 'other', NOW + LEASE_MS);
        expect(theirs).toMatchObject({ postId: 'u1-0000', fence: mine!.fence + 1, interruptions: 1 });
        expect(await rig.tables.queue.finish(theirs!, 'other', { ...SUCCESS, tags: ['theirs'] })).toBe(true);
        expect(await rig.tables.queue.finish(mine!, 'dead', { ...SUCCESS, tags: ['mine'] })).toBe(false);
        expect(await find('u1-0000')).toMatchObject({ tags: ['theirs'], attempts: 1 });
      });

      test('stay with a worker that extends its lease', async () => {
        await create(1);
        await claim(1);
        await rig.tables.queue.extend('w1', ['u1-0000'], NOW + 2 * LEASE_MS);
        await rig.tables.queue.extend('w2', ['u1-0000'], NOW);
        expect(await claim(1, 'other', NOW + LEASE_MS)).toEqual([]);
      });

      test('are finished once: the same result a second time changes nothing', async () => {
        await create(1);
        const [job] = await claim(1);
        expect(await rig.tables.queue.finish(job!, 'w1', SUCCESS)).toBe(true);
        expect(await rig.tables.queue.finish(job!, 'w1', SUCCESS)).toBe(false);
        expect(await rig.tables.queue.state(NOW)).toEqual({ length: 0, oldestDueMs: null });
      });

      test('that wait keep their step and say when the running attempt began', async () => {
        await create(1);
        const [job] = await claim(1);
        await rig.tables.queue.finish(job!, 'w1', {
          status: 'pending',
          attempts: 0,
          step: 2,
          dueAtMs: NOW + 4000,
          error: '502',
        });
        expect(await find('u1-0000')).toMatchObject({ status: 'pending', error: '502', attempts: 0 });
        expect(await claim(1, 'w1', NOW + 3999)).toEqual([]);
        const [again] = await claim(1, 'w1', NOW + 4000);
        expect(again).toMatchObject({ step: 2, attempts: 0, startedMs: NOW, interruptions: 0 });
        await rig.tables.queue.finish(again!, 'w1', {
          status: 'retrying',
          attempts: 1,
          step: 0,
          dueAtMs: NOW + 9000,
          error: '503',
        });
        const [next] = await claim(1, 'w1', NOW + 9000);
        expect(next).toMatchObject({ step: 0, attempts: 1, startedMs: NOW + 9000 });
        expect(await find('u1-0000')).toMatchObject({
          status: 'retrying',
          lastAttempt: new Date(NOW + 9000).toISOString(),
        });
      });
    });

    describe('a retry', () => {
      async function finishAs(state: (job: Job) => JobState) {
        for (const job of await claim(100)) await rig.tables.queue.finish(job, 'w1', state(job));
      }

      test('makes waiting posts due and gives failed ones with attempts left another', async () => {
        await create(1, 'u1');
        await finishAs(() => ({
          status: 'retrying',
          attempts: 2,
          step: 0,
          dueAtMs: NOW + 99_000,
          error: '502',
        }));
        await rig.tables.posts.create('u1', [{ id: 'refused', text: 'x' }], NOW);
        await finishAs(() => failed(1));
        expect(await retry()).toEqual({ queued: 2, skipped: 0 });
        expect(await find('u1-0000')).toMatchObject({ status: 'retrying', attempts: 2 });
        expect(await find('refused')).toMatchObject({ status: 'retrying', attempts: 1 });
        expect(await claim(9)).toHaveLength(2);
      });

      test('leaves posts whose attempts are used up, unless forced: then they start anew', async () => {
        await create(3);
        await finishAs(() => failed(5));
        expect(await retry()).toEqual({ queued: 0, skipped: 3 });
        expect(await retry({ force: true, limit: 2 })).toEqual({ queued: 2, skipped: 0 });
        expect((await rig.tables.posts.stats('u1')).byStatus).toMatchObject({ pending: 2, failed: 1 });
        expect(await find('u1-0000')).toMatchObject({ status: 'pending', attempts: 0 });
      });

      test('leaves posts in work, finished ones and those of other users', async () => {
        await create(2);
        await create(2, 'u2');
        await rig.tables.posts.create('u1', [{ id: 'a-done', text: 'x' }], NOW - 1);
        const [done] = await claim(1);
        await rig.tables.queue.finish(done!, 'w1', SUCCESS);
        await claim(1);
        expect(await retry()).toEqual({ queued: 1, skipped: 1 });
        expect(await retry({ userId: null })).toEqual({ queued: 3, skipped: 1 });
        expect(await find('a-done')).toMatchObject({ status: 'success' });
      });
    });

    test('regeneration keeps the tags until there are new ones and voids a call in flight', async () => {
      await create(1);
      const [first] = await claim(1);
      await rig.tables.queue.finish(first!, 'w1', SUCCESS);
      expect(await rig.tables.requeue.regenerate('u1-0000', NOW)).toBe('pending');
      expect(await find('u1-0000')).toMatchObject({ status: 'pending', tags: ['a', 'b'], attempts: 0 });
      const [inFlight] = await claim(1);
      expect(await rig.tables.requeue.regenerate('u1-0000', NOW)).toBe('pending');
      expect(await rig.tables.queue.finish(inFlight!, 'w1', { ...SUCCESS, tags: ['void'] })).toBe(false);
      const [last] = await claim(1);
      await rig.tables.queue.finish(last!, 'w1', { ...SUCCESS, tags: ['new'] });
      expect(await find('u1-0000')).toMatchObject({ status: 'success', tags: ['new'] });
    });

    test('regeneration of a post without text leaves it skipped; of none says so', async () => {
      await rig.tables.posts.create('u1', [{ id: 'empty', text: '' }], NOW);
      expect(await rig.tables.requeue.regenerate('empty', NOW)).toBe('skipped');
      expect(await rig.tables.requeue.regenerate('nothing', NOW)).toBeNull();
    });
  });
}

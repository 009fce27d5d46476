import { expect, test } from '@jest/globals';
import { publishAvailability, readAvailability, watchAvailability } from '../src/availability.ts';
import { dequeueFailure, enqueueFailure, readFailureQueue, rescheduleFailure } from '../src/failure-queue.ts';
import { createInProcessState } from '../src/in-process-state.ts';
import { availabilityChannel, availabilityKey, trafficKey } from '../src/keys.ts';
import { publishModelList, readModelLists } from '../src/model-lists.ts';
import type { AvailabilityEntry } from '../src/records.ts';
import { createTrafficReporter, readTraffic, removeOldTraffic } from '../src/traffic.ts';
import { eventually } from './conformance.ts';

const entry: AvailabilityEntry = {
  state: 'up',
  reason: null,
  latency_ms: 12,
  weight: 100,
  checked_at: 1_000,
  expires_at: 2_000,
};

test('an entry is stored as the contract says and read back; what does not fit is ignored', async () => {
  const state = createInProcessState();
  await publishAvailability(state, 'main/a', entry);
  await state.hashSet(availabilityKey, {
    'main/b': 'not json',
    'main/c': JSON.stringify({ ...entry, state: 'excellent' }),
    'main/d': JSON.stringify({ ...entry, weight: -1 }),
  });
  expect(JSON.parse((await state.hashGetAll(availabilityKey))['main/a']!)).toEqual(entry);
  expect([...(await readAvailability(state))]).toEqual([['main/a', entry]]);
});

test('a follower learns what is stored and what is published, until it stops', async () => {
  const state = createInProcessState();
  await publishAvailability(state, 'main/a', entry);
  const seen: [string, string][] = [];
  const stop = watchAvailability(state, (id, { state: health }) => seen.push([id, health]));
  await eventually(async () => seen.length === 1);
  await state.publish(availabilityChannel, '{"id":"main/b"}');
  await publishAvailability(state, 'main/b', { ...entry, state: 'down', reason: 'timeout' });
  await eventually(async () => seen.length === 2);
  expect(seen).toEqual([
    ['main/a', 'up'],
    ['main/b', 'down'],
  ]);
  stop();
  await publishAvailability(state, 'main/c', entry);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toHaveLength(2);
});

test('an endpoint in the failure queue keeps its time when it is put in again', async () => {
  const state = createInProcessState();
  await enqueueFailure(state, 'main/a', 500);
  await enqueueFailure(state, 'main/a', 100);
  await enqueueFailure(state, 'main/b', 200.4);
  expect(await readFailureQueue(state)).toEqual([
    { id: 'main/b', dueMs: 200 },
    { id: 'main/a', dueMs: 500 },
  ]);
  await rescheduleFailure(state, 'main/a', 50);
  await dequeueFailure(state, 'main/b');
  expect(await readFailureQueue(state)).toEqual([{ id: 'main/a', dueMs: 50 }]);
});

test('gateways report traffic side by side, in one write, and only where there was some', async () => {
  const state = createInProcessState();
  const reporters = ['g1', 'g2'].map((gateway) =>
    createTrafficReporter({ state, now: () => 10_000, gateway, intervalMs: 5 }),
  );
  for (const latency of [100, 300]) reporters[0]!.count('main/a', true, latency);
  reporters[0]!.count('main/a', false, null);
  reporters[1]!.count('main/a', false, null);
  await eventually(async () => (await readTraffic(state)).get('main/a')?.length === 2);
  for (const reporter of reporters) reporter.stop();
  expect((await readTraffic(state)).get('main/a')).toEqual([
    {
      at: 10_000,
      window_ms: 5,
      ok: 2,
      failed: 1,
      last_success_at: 10_000,
      latency_ms: 200,
      latency_spread_ms: 100,
    },
    {
      at: 10_000,
      window_ms: 5,
      ok: 0,
      failed: 1,
      last_success_at: null,
      latency_ms: null,
      latency_spread_ms: null,
    },
  ]);
  expect(Object.keys(await state.hashGetAll(trafficKey))).toEqual(['main/a@g1', 'main/a@g2']);

  await state.hashSet(trafficKey, { 'main/a@g3': 'unreadable' });
  await removeOldTraffic(state, 10_000);
  expect((await readTraffic(state)).get('main/a')).toHaveLength(2);
  await removeOldTraffic(state, 10_001);
  expect(await state.hashGetAll(trafficKey)).toEqual({});
});

test('the models an endpoint lists are shared', async () => {
  const state = createInProcessState();
  await publishModelList(state, 'main/a', { models: ['gpt-4o'], checked_at: 1 });
  expect([...(await readModelLists(state))]).toEqual([['main/a', { models: ['gpt-4o'], checked_at: 1 }]]);
});

import { expect, test } from '@jest/globals';
import { createInProcessState } from '../src/in-process-state.ts';
import { describeSharedState } from './conformance.ts';

describeSharedState('the in-process state', async () => createInProcessState());

test('it is always up and lives by the clock it is given', async () => {
  let nowMs = 1_000;
  const state = createInProcessState(() => nowMs);
  expect(state.up).toBe(true);
  await state.set('k', 'v', 500);
  nowMs = 1_499;
  expect(await state.get('k')).toBe('v');
  nowMs = 1_500;
  expect(await state.get('k')).toBeNull();
});

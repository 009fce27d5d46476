import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { redisProgram } from '@holdfast/state/testing/redis-server';
import { goals } from '../goals/goals.ts';
import { testGoal } from '../support/test-goal.ts';

describeWithServer(redisProgram, 'on real processes and a real Redis, at a small scale', () => {
  for (const goal of goals.filter(({ needsRedis }) => needsRedis)) testGoal(goal);
});

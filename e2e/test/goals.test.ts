import { describe } from '@jest/globals';
import { goals } from '../goals/goals.ts';
import { testGoal } from '../support/test-goal.ts';

describe('on real processes, at a small scale', () => {
  for (const goal of goals.filter(({ needsRedis }) => !needsRedis)) testGoal(goal);
});

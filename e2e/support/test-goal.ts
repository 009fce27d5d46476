import { expect, test } from '@jest/globals';
import type { Goal } from '../goals/goal.ts';

const TENTH = 0.1;
const LIMIT_MS = 180_000;
/** The same in every run: a failure can be had again. `npm run goals` takes another each time and prints it. */
const SEED = 1;

/** A goal at a small scale, as a test. How fast things are is not looked at. */
export function testGoal({ title, run, testShare = TENTH }: Goal): void {
  test(
    title,
    async () => {
      const checks = await run({ share: testShare, seed: SEED, note: () => {} });
      const missed = checks.filter(({ passed, timing }) => !passed && !timing);
      expect(missed).toEqual([]);
      expect(checks.some(({ limit }) => limit !== '')).toBe(true);
    },
    LIMIT_MS,
  );
}

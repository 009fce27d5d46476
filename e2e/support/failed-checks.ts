import type { Check } from '../goals/goal.ts';

/** What a test compares with nothing: the checks that failed and do not depend on how busy the machine is. */
export const failedChecks = (checks: readonly Check[]): string[] =>
  checks
    .filter(({ passed, timing }) => !passed && !timing)
    .map(({ figure, value, limit, detail }) => `${figure}: ${value}, not ${limit}\n${detail}`);

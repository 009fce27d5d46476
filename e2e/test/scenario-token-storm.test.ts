import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { redisProgram } from '@holdfast/state/testing/redis-server';
import { expect, test } from '@jest/globals';
import { tokenStorm } from '../scenarios/token-storm.ts';
import { failedChecks } from '../support/failed-checks.ts';

describeWithServer(redisProgram, 'scaled down to seconds', () => {
  test(`${tokenStorm.title}: as promised`, async () => {
    const { checks } = await tokenStorm.run({ full: false, note: () => {} });
    expect(failedChecks(checks)).toEqual([]);
  }, 120_000);
});

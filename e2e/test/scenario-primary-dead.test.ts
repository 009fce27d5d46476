import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { redisProgram } from '@holdfast/state/testing/redis-server';
import { expect, test } from '@jest/globals';
import { primaryDead } from '../scenarios/primary-dead.ts';
import { failedChecks } from '../support/failed-checks.ts';

describeWithServer(redisProgram, 'scaled down to seconds', () => {
  test(`${primaryDead.title}: as promised`, async () => {
    const { checks } = await primaryDead.run({ full: false, note: () => {} });
    expect(failedChecks(checks)).toEqual([]);
  }, 120_000);
});

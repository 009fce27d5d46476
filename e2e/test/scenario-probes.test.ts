import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { redisProgram } from '@holdfast/state/testing/redis-server';
import { expect, test } from '@jest/globals';
import { probes } from '../scenarios/probes.ts';
import { failedChecks } from '../support/failed-checks.ts';

describeWithServer(redisProgram, 'scaled down to seconds', () => {
  test(`${probes.title}: as promised`, async () => {
    const { checks } = await probes.run({ full: false, note: () => {} });
    expect(failedChecks(checks)).toEqual([]);
  }, 120_000);
});

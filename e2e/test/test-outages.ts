import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { redisProgram } from '@holdfast/state/testing/redis-server';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Component } from '../scenarios/outage/cell.ts';
import { type Fleet, startFleet } from '../scenarios/outage/fleet.ts';
import { chaptersOf, liveThrough } from '../scenarios/outage/live-through.ts';
import { prometheusProgram } from '../support/prometheus-server.ts';

const LIMIT_MS = 120_000;

/** Every outage of one component, one after the other on one fleet: each sentence of docs/outage-matrix.md comes true. */
export function testOutages(component: Component): void {
  describeWithServer(redisProgram, component, () => {
    describeWithServer(prometheusProgram, 'no client notices, and it shows as documented', () => {
      let fleet: Fleet;
      beforeAll(async () => {
        fleet = await startFleet(component);
      }, LIMIT_MS);
      afterAll(async () => {
        await fleet?.[Symbol.asyncDispose]();
      }, LIMIT_MS);

      for (const chapter of chaptersOf(component)) {
        const { outage, after } = chapter;
        test(
          after ? `${outage} again after it was ${after}` : outage,
          async () => {
            await liveThrough(fleet, component, chapter);
            expect(fleet.clients.problems()).toEqual([]);
          },
          LIMIT_MS,
        );
      }
    });
  });
}

import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type RunningTagger, startTagger, until } from '../testing/start-tagger.ts';
import { testConfig } from '../testing/test-config.ts';

export interface Outage {
  readonly name: string;
  /** An empty database. */
  freshUrl(): Promise<string>;
  begin(url: string): Promise<void>;
  end(url: string): Promise<void>;
}

/** What a tagger does while its database is away, and when it is back. */
export function describeOutage({ name, freshUrl, begin, end }: Outage): void {
  describe(`while ${name}`, () => {
    let simulator: Simulator;
    let url: string;
    beforeEach(async () => {
      simulator = await startSimulator();
      url = await freshUrl();
    });
    afterEach(async () => {
      await simulator.close();
    });
    const start = () => startTagger(testConfig({ databaseUrl: url, gatewayUrl: `${simulator.url}/gateway` }));
    const refused = { status: 503, body: { error: { code: 'database_unavailable' } } };
    const create = ({ api }: RunningTagger, id: string) =>
      api('POST', '/users/u/posts', { id, text: 'the harbour' });
    const becomesTagged = ({ api }: RunningTagger, id: string) =>
      until(async () => {
        const { status, body } = await api('GET', `/posts/${id}`);
        return status === 200 && body.tagging_status === 'success' && body;
      }, 40_000);

    test('it refuses posts honestly, says so, stays alive, and works again afterwards', async () => {
      await using running = await start();
      await create(running, 'before');
      await becomesTagged(running, 'before');
      await begin(url);
      try {
        // A server that was killed may answer a moment longer.
        const answer = await until(async () => {
          const tried = await create(running, 'during');
          return tried.status === 503 && tried;
        }, 40_000);
        expect(answer).toMatchObject(refused);
        expect(answer.headers.get('retry-after')).toBe('5');
        const unready = await until(async () => {
          const readiness = await running.api('GET', '/readyz');
          return readiness.status === 503 && readiness;
        }, 40_000);
        expect(unready).toMatchObject({ body: { checks: { database: 'down' } } });
        expect(await running.api('GET', '/healthz')).toMatchObject({ status: 200 });
        const { body: metrics } = await running.api('GET', '/metrics');
        expect(metrics).toContain('holdfast_tagging_jobs_total{result="refused"} 1');
        expect(running.logged()).toContain('"event":"database_down"');
      } finally {
        await end(url);
      }
      await until(async () => (await create(running, 'during')).status < 300, 40_000);
      expect(await becomesTagged(running, 'during')).toMatchObject({ tagging_attempts: 1 });
      expect(await running.api('GET', '/readyz')).toMatchObject({ status: 200 });
    }, 120_000);

    test('it keeps the answer to a call under way and writes it afterwards, without asking again', async () => {
      simulator.behave('gateway', [{ latencyMs: 1000 }]);
      await using running = await start();
      await create(running, 'p');
      await simulator.waitForRequests('gateway', 1);
      await begin(url);
      try {
        await simulator.waitForIdle('gateway');
      } finally {
        await end(url);
      }
      expect(await becomesTagged(running, 'p')).toMatchObject({ tagging_attempts: 1 });
      expect(simulator.requests('gateway')).toHaveLength(1);
    }, 120_000);
  });
}

import { builtInConfig } from '@holdfast/config/built-in-config';
import { loadConfig } from '@holdfast/config/load-config';
import { allBoards } from '@holdfast/grafana/boards/all-boards';
import { fillIn } from '@holdfast/grafana/fill-in';
import { queriesOf } from '@holdfast/grafana/panel';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { runLoad } from '@holdfast/simulator/load-generator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { freePort } from '@holdfast/state/testing/redis-server';
import { expect, test } from '@jest/globals';
import { createPrometheus, prometheusProgram } from '../support/prometheus-server.ts';
import { startSuiteProcess } from '../support/suite-process.ts';
import { makeTempDirectory } from '../support/temp-directory.ts';
import { pause } from '../support/until.ts';

const LIMIT_MS = 110_000;
const PORTS = ['GATEWAY', 'ADMIN', 'HEALTH_CHECKER', 'TOKEN_ROTATOR', 'TAGGER'];

/** What a person would see: every query of every panel that should never be empty. */
const queries = allBoards(loadConfig({ env: {}, cwd: import.meta.dirname }))
  .flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))
  .filter(({ mayBeEmpty }) => !mayBeEmpty)
  .flatMap((panel) => queriesOf(panel).map((expr) => ({ panel: panel.title, expr: fillIn(expr, '10m') })));

describeWithServer(prometheusProgram, 'a real Prometheus', () => {
  test(
    "has data for every panel while the demo's endpoints are under load and one of them is failing",
    async () => {
      await using stack = new AsyncDisposableStack();
      const directory = stack.use(makeTempDirectory()).path;
      const simulator = stack.use(await startSimulator());
      simulator.behave('primary', { probability: 0.3, oneOf: [{ fault: 'nginx_502' }] });
      const suite = stack.use(
        startSuiteProcess({
          args: ['serve', 'all'],
          config: { ...builtInConfig({ simulatorUrl: simulator.url }), services: {} },
          env: Object.fromEntries(PORTS.map((name) => [`HOLDFAST_${name}_PORT`, '0'])),
        }),
      );
      await suite.waitForOutput(/Try it:/);
      const hostOf = (row: string) =>
        new RegExp(`^ *${row} +http://([^\\s/]+)`, 'm').exec(suite.output())![1]!;
      const load = runLoad({
        url: `http://${hostOf('gateway')}`,
        requestsPerSecond: 10,
        models: ['gpt-4o-mini', 'gpt-4.1-mini'],
        streamShare: 0.3,
      });
      stack.defer(() => load.stop());
      const port = await freePort();
      const prometheus = stack.use(
        createPrometheus({
          port,
          directory,
          jobs: {
            gateway: [hostOf('status page')],
            'health-checker': [hostOf('health-checker')],
            'token-rotator': [hostOf('token-rotator')],
            tagger: [hostOf('tagger')],
            prometheus: [`127.0.0.1:${port}`],
          },
        }),
      );
      await prometheus.start();

      const deadline = performance.now() + LIMIT_MS - 30_000;
      let empty = queries;
      while (empty.length > 0 && performance.now() < deadline) {
        await pause(1000);
        const counts = await Promise.all(empty.map(({ expr }) => prometheus.count(expr)));
        empty = empty.filter((_query, index) => counts[index] === 0);
      }
      expect(empty).toEqual([]);
      expect(queries.length).toBeGreaterThan(40);
    },
    LIMIT_MS,
  );
});

import { expect, test } from '@jest/globals';
import express from 'express';
import { listen } from '../src/listen.ts';
import { createServiceMetrics } from '../src/metrics.ts';
import { opsRoutes } from '../src/ops-routes.ts';

async function startOps(ready: { value: boolean }) {
  const metrics = createServiceMetrics('tester', '1.2.3');
  const app = express();
  app.use(opsRoutes(metrics.registry, () => ({ ready: ready.value, checks: { state_store: 'ok' } })));
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  return { ...server, metrics, [Symbol.asyncDispose]: () => server.close() };
}

const text = async (url: string) => (await fetch(url)).text();

test('every process shows what it is, whether its store answers and its config is the last one read', async () => {
  await using ops = await startOps({ value: true });
  const before = await text(`${ops.url}/metrics`);
  expect(before).toMatch(
    /^holdfast_build_info\{service="tester",version="1\.2\.3",node_version="v\d+[^"]*"\} 1$/m,
  );
  expect(before).toMatch(/^holdfast_state_store_up 1$/m);
  expect(before).toMatch(/^holdfast_config_last_reload_successful 1$/m);
  expect(before).toMatch(/^holdfast_config_last_reload_success_timestamp_seconds \d+/m);
  expect(before).toMatch(/^process_resident_memory_bytes \d+/m);

  ops.metrics.configReload.failed();
  expect(await text(`${ops.url}/metrics`)).toMatch(/^holdfast_config_last_reload_successful 0$/m);
  ops.metrics.configReload.succeeded(1_700_000_000_500);
  const after = await text(`${ops.url}/metrics`);
  expect(after).toMatch(/^holdfast_config_last_reload_successful 1$/m);
  expect(after).toMatch(/^holdfast_config_last_reload_success_timestamp_seconds 1700000000\.5$/m);
});

test('two services in one process do not see each other’s metrics', async () => {
  await using first = await startOps({ value: true });
  await using second = await startOps({ value: true });
  first.metrics.stateStoreUp.set(0);
  expect(await text(`${first.url}/metrics`)).toMatch(/^holdfast_state_store_up 0$/m);
  expect(await text(`${second.url}/metrics`)).toMatch(/^holdfast_state_store_up 1$/m);
});

test('alive is not ready: only /readyz turns 503', async () => {
  const ready = { value: true };
  await using ops = await startOps(ready);
  expect((await fetch(`${ops.url}/readyz`)).status).toBe(200);
  ready.value = false;
  const unready = await fetch(`${ops.url}/readyz`);
  expect(unready.status).toBe(503);
  expect(await unready.json()).toEqual({ status: 'unavailable', checks: { state_store: 'ok' } });
  const alive = await fetch(`${ops.url}/healthz`);
  expect(alive.status).toBe(200);
  expect(await alive.json()).toEqual({ status: 'ok' });
});

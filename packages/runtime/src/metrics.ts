import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export interface ServiceMetrics {
  readonly registry: Registry;
  /** 1 while the shared store answers. */
  readonly stateStoreUp: Gauge;
  readonly configReload: { succeeded(nowMs: number): void; failed(): void };
}

/** Gauges of prom-client that are named like counters; the same numbers by type are `nodejs_active_handles` and so on. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** A registry of its own for one service, with what every service shows (docs/metrics.md). */
export function createServiceMetrics(service: string, version: string): ServiceMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  new Gauge({
    name: 'holdfast_build_info',
    help: 'Which version of which service runs here; always 1.',
    labelNames: ['service', 'version', 'node_version'],
    registers: [registry],
  }).set({ service, version, node_version: process.version }, 1);
  const stateStoreUp = new Gauge({
    name: 'holdfast_state_store_up',
    help: 'Whether the shared state store answers this process.',
    registers: [registry],
  });
  stateStoreUp.set(1);
  const successful = new Gauge({
    name: 'holdfast_config_last_reload_successful',
    help: 'Whether the last reading of the configuration was valid; the last good one stays in use.',
    registers: [registry],
  });
  const timestamp = new Gauge({
    name: 'holdfast_config_last_reload_success_timestamp_seconds',
    help: 'When the configuration in use was read.',
    registers: [registry],
  });
  const configReload = {
    succeeded(nowMs: number) {
      successful.set(1);
      timestamp.set(nowMs / 1000);
    },
    failed: () => successful.set(0),
  };
  configReload.succeeded(Date.now());
  return { registry, stateStoreUp, configReload };
}

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { Endpoint } from '@holdfast/config/types';
import {
  Counter,
  createServiceMetrics,
  Gauge,
  Histogram,
  type ServiceMetrics,
} from '@holdfast/runtime/metrics';
import { version } from '@holdfast/runtime/version';
import { PROBE_RESULTS, type ProbeResult } from './probe/finding.ts';
import { SKIP_REASONS, type SkipReason } from './skip-reason.ts';

export interface HealthMetrics extends ServiceMetrics {
  /** Makes the series of these endpoints exist, and those of others not. */
  show(endpoints: readonly Endpoint[]): void;
  up(endpoint: Endpoint, up: boolean): void;
  weight(endpoint: Endpoint, weight: number): void;
  probed(endpoint: Endpoint, result: ProbeResult, seconds: number, llmTokens: number): void;
  skipped(reason: SkipReason): void;
  /** Epoch ms of the last probe anywhere in the fleet. */
  lastRun(nowMs: number): void;
  queueLength(length: number): void;
}

const ENDPOINT = ['llm_cluster', 'llm_endpoint'] as const;

export function createHealthMetrics(): HealthMetrics {
  const service = createServiceMetrics('health-checker', version);
  const registers = [service.registry];
  const up = new Gauge({
    name: 'holdfast_endpoint_up',
    help: 'Which endpoints are up by probes? 1: up or degraded.',
    labelNames: ENDPOINT,
    registers,
  });
  const weight = new Gauge({
    name: 'holdfast_endpoint_weight',
    help: 'Which share of its tier does an endpoint get?',
    labelNames: ENDPOINT,
    registers,
  });
  const probes = new Counter({
    name: 'holdfast_probes_total',
    help: 'What became of the probes?',
    labelNames: [...ENDPOINT, 'result'],
    registers,
  });
  const llmTokens = new Counter({
    name: 'holdfast_probe_llm_tokens_total',
    help: 'What do probes cost in model tokens?',
    labelNames: ENDPOINT,
    registers,
  });
  const skipped = new Counter({
    name: 'holdfast_probes_skipped_total',
    help: 'Which probes were saved, and why?',
    labelNames: ['reason'],
    registers,
  });
  const duration = new Histogram({
    name: 'holdfast_probe_duration_seconds',
    help: 'How long do probes take?',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60],
    registers,
  });
  const lastRun = new Gauge({
    name: 'holdfast_probe_last_run_timestamp_seconds',
    help: 'When did the probes last run?',
    registers,
  });
  const queueLength = new Gauge({
    name: 'holdfast_failure_queue_length',
    help: 'How many endpoints wait to be re-checked?',
    registers,
  });
  for (const reason of SKIP_REASONS) skipped.inc({ reason }, 0);

  const labels = ({ cluster, name }: Endpoint) => ({ llm_cluster: cluster, llm_endpoint: name });
  let shown: readonly Endpoint[] = [];
  let lastRunMs = 0;

  return {
    ...service,
    show(endpoints) {
      const kept = new Set(endpoints.map(({ id }) => id));
      for (const endpoint of shown.filter(({ id }) => !kept.has(id))) {
        up.remove(labels(endpoint));
        weight.remove(labels(endpoint));
        llmTokens.remove(labels(endpoint));
        for (const result of PROBE_RESULTS) probes.remove({ ...labels(endpoint), result });
      }
      const known = new Set(shown.map(({ id }) => id));
      for (const endpoint of endpoints.filter(({ id }) => !known.has(id))) {
        up.set(labels(endpoint), 0);
        weight.set(labels(endpoint), endpoint.weight);
        llmTokens.inc(labels(endpoint), 0);
        for (const result of PROBE_RESULTS) probes.inc({ ...labels(endpoint), result }, 0);
      }
      shown = endpoints;
    },
    up: (endpoint, isUp) => up.set(labels(endpoint), isUp ? 1 : 0),
    weight: (endpoint, value) => weight.set(labels(endpoint), value),
    probed(endpoint, result, seconds, tokens) {
      probes.inc({ ...labels(endpoint), result });
      duration.observe(seconds);
      if (tokens > 0) llmTokens.inc(labels(endpoint), tokens);
    },
    skipped: (reason) => skipped.inc({ reason }),
    lastRun(nowMs) {
      lastRunMs = Math.max(lastRunMs, nowMs);
      lastRun.set(lastRunMs / 1000);
    },
    queueLength: (length) => queueLength.set(length),
  };
}

import { reduceHealth } from '@holdfast/core/health';
import type { Logger } from '@holdfast/runtime/logger';
import type { SharedState } from '@holdfast/state/shared-state';
import { readTraffic, removeOldTraffic, type TrafficRecord } from '@holdfast/state/traffic';
import type { CheckCause, Checker } from './checker.ts';
import { healthAt } from './endpoint-memory.ts';
import type { Fleet } from './fleet.ts';
import type { HealthMetrics } from './metrics.ts';
import type { Publisher } from './publisher.ts';
import type { FailureQueue } from './queue.ts';
import { skipReason } from './skip-reason.ts';
import type { Spending } from './spending.ts';
import type { Target } from './target.ts';
import { scoreTraffic, steppedWeight } from './weights.ts';

export interface RoundParts {
  readonly fleet: Fleet;
  readonly state: SharedState;
  readonly checker: Checker;
  readonly queue: FailureQueue;
  readonly publisher: Publisher;
  readonly spending: Spending;
  readonly metrics: HealthMetrics;
  readonly logger: Logger;
  readonly validForMs: () => number;
  readonly now: () => number;
  readonly random: () => number;
}

/** What the one prober of the fleet does again and again. Each rejects only when the store is away in the middle of it. */
export interface Rounds {
  /** Probes every endpoint that nothing speaks for, few at a time. */
  scheduled(targets: readonly Target[]): Promise<void>;
  /** Checks what waits in the failure queue and is due. */
  queued(): Promise<void>;
  /** Takes traffic into the weights. */
  weights(): Promise<void>;
  /** Gives a store that lost its data everything again, and drops what is left of gateways that are gone. */
  upkeep(): Promise<void>;
}

/** Probes at once: enough for a large fleet within a minute, no burst from one address. */
const AT_ONCE = 4;
const TRAFFIC_KEPT_MS = 3_600_000;

export function createRounds(parts: RoundParts): Rounds {
  const { fleet, state, checker, queue, publisher, spending, metrics, logger, now, random } = parts;

  async function checkAll(targets: readonly Target[], cause: CheckCause): Promise<void> {
    const waiting = [...targets];
    const worker = async () => {
      for (let target = waiting.shift(); target; target = waiting.shift()) {
        const report = await checker.check(target, cause);
        if (report === null && cause === 'queue') await postpone(target);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** Nothing could be asked now. */
  function postpone({ endpoint }: Target): Promise<void> {
    return queue.put(endpoint.id, now() + fleet.config.health.failureQueueIntervalMs, null);
  }

  /** Real requests have told what the probe would have. */
  async function takeTraffic(target: Target, traffic: readonly TrafficRecord[]): Promise<void> {
    const memory = fleet.memory(target.endpoint.id);
    memory.health = reduceHealth(
      memory.health,
      { found: 'up', reason: null, conclusive: false },
      fleet.config.health,
    );
    memory.checkedMs = Math.max(
      memory.checkedMs,
      ...traffic.map(({ last_success_at }) => last_success_at ?? 0),
    );
    memory.expiresMs = now() + parts.validForMs();
    memory.latencyMs = traffic.find(({ latency_ms }) => latency_ms !== null)?.latency_ms ?? memory.latencyMs;
    await publisher.publish(target);
  }

  return {
    async scheduled(targets) {
      const traffic = await readTraffic(state).catch(() => new Map<string, TrafficRecord[]>());
      const toProbe: Target[] = [];
      for (const target of targets) {
        const { id } = target.endpoint;
        const memory = fleet.memory(id);
        const records = traffic.get(id) ?? [];
        const nowMs = now();
        const health = healthAt(memory, nowMs);
        const reason = skipReason({
          target,
          health,
          queued: queue.has(id),
          traffic: records,
          restUntilMs: memory.restUntilMs,
          capped: spending.capped,
          nowMs,
        });
        if (reason === null) toProbe.push(target);
        else metrics.skipped(reason);
        if (reason === 'fresh_traffic') await takeTraffic(target, records);
      }
      await checkAll(shuffled(toProbe, random), 'schedule');
    },

    async queued() {
      for (const endpoint of await queue.refresh())
        logger.warn({ endpoint, reason: 'its breaker opened' }, 'endpoint enters the failure queue');
      const { failureQueueIntervalMs: intervalMs } = fleet.config.health;
      const nowMs = now();
      const due: Target[] = [];
      for (const id of queue.due(nowMs)) {
        const target = fleet.target(id);
        // A breaker that opens and closes all the time must not buy a probe each time.
        const earliestMs = target ? fleet.memory(id).checkedMs + intervalMs / 2 : 0;
        if (!target || target.kind === 'none')
          await queue.remove(id, target ? 'never probed' : 'not configured');
        else if (earliestMs > nowMs) await queue.put(id, earliestMs, null);
        else due.push(target);
      }
      await checkAll(due, 'queue');
    },

    async weights() {
      if (!fleet.config.health.dynamicWeights) return;
      const traffic = await readTraffic(state);
      for (const target of fleet.targets) {
        const memory = fleet.memory(target.endpoint.id);
        if (!scoreTraffic(memory, traffic.get(target.endpoint.id) ?? [])) continue;
        const { weight, weightReason } = steppedWeight(fleet, target);
        const moved = weight !== memory.weight;
        Object.assign(memory, { weight, weightReason });
        if (moved) await publisher.publish(target);
      }
    },

    async upkeep() {
      await publisher.republish();
      const down = fleet.targets.filter(({ endpoint }) => fleet.memory(endpoint.id).health.kind === 'down');
      await queue.restore(
        down.map(({ endpoint }) => endpoint.id),
        now() + fleet.config.health.failureQueueIntervalMs * random(),
      );
      await removeOldTraffic(state, now() - TRAFFIC_KEPT_MS);
    },
  };
}

/** In an order of chance, so that no endpoint is always the first in a burst. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

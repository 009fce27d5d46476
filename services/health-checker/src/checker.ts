import { reduceScore } from '@holdfast/core/dynamic-weight';
import { reduceHealth } from '@holdfast/core/health';
import type { Logger } from '@holdfast/runtime/logger';
import { publishModelList } from '@holdfast/state/model-lists';
import type { SharedState } from '@holdfast/state/shared-state';
import type { Credentials } from './credentials.ts';
import { type EndpointMemory, healthAt } from './endpoint-memory.ts';
import type { Fleet } from './fleet.ts';
import type { HealthMetrics } from './metrics.ts';
import { type ProbeReport, probe } from './probe/probe.ts';
import type { Publisher } from './publisher.ts';
import type { FailureQueue } from './queue.ts';
import { recheckPause } from './recheck-pause.ts';
import type { Spending } from './spending.ts';
import type { Target } from './target.ts';
import { steppedWeight } from './weights.ts';

export interface CheckerParts {
  readonly fleet: Fleet;
  readonly state: SharedState;
  readonly credentials: Credentials;
  readonly spending: Spending;
  readonly queue: FailureQueue;
  readonly publisher: Publisher;
  readonly metrics: HealthMetrics;
  readonly logger: Logger;
  readonly shutdown: AbortSignal;
  /** How long a finding holds without a new one, ms. */
  readonly validForMs: () => number;
  readonly now: () => number;
  readonly random: () => number;
}

/** Why an endpoint is checked: by the clock, because it was down, or because somebody asks. */
export type CheckCause = 'schedule' | 'queue' | 'demand';

export interface Checker {
  /** Probes now and records what was found; joins a check of the same endpoint under way. Null when it cannot be probed. */
  check(target: Target, cause: CheckCause): Promise<ProbeReport | null>;
  /** Resolves when no check is under way. */
  idle(): Promise<void>;
}

export function createChecker(parts: CheckerParts): Checker {
  const { fleet, state, credentials, spending, queue, publisher, metrics, logger, shutdown, now, random } =
    parts;
  const running = new Map<string, Promise<ProbeReport | null>>();

  async function probeOnce(target: Target, cause: CheckCause): Promise<ProbeReport | null> {
    const { endpoint } = target;
    const memory = fleet.memory(endpoint.id);
    if (target.kind === 'none') return null;
    const credential = credentials.for(target);
    if (credential === undefined) {
      metrics.skipped('no_token');
      return null;
    }
    const noChat = target.metered
      ? 'a chat would take from a quota of the day'
      : spending.capped
        ? "the day's cap is reached"
        : null;
    if (target.kind === 'chat' && noChat !== null) metrics.skipped(target.metered ? 'metered' : 'token_cap');
    const report = await probe({
      target,
      credential,
      timeoutMs: fleet.config.health.timeoutMs,
      shutdown,
      now,
      random,
      listed: memory.listed,
      preferChat: queue.has(endpoint.id) || memory.health.kind === 'down',
      noChat,
    });
    // A configuration that came meanwhile has its own view of the endpoint.
    if (shutdown.aborted || fleet.target(endpoint.id) !== target) return report;
    await record(target, memory, report, cause);
    return report;
  }

  async function record(
    target: Target,
    memory: EndpointMemory,
    report: ProbeReport,
    cause: CheckCause,
  ): Promise<void> {
    const { endpoint } = target;
    const { finding, latencyMs, llmTokens, listed } = report;
    const nowMs = now();
    const before = healthAt(memory, nowMs);
    metrics.probed(endpoint, finding.result, latencyMs / 1000, llmTokens);
    const { found, reason } = finding;
    // Who asks wants to know how it is now.
    memory.health = reduceHealth(
      before,
      { found, reason, conclusive: finding.conclusive || cause === 'demand' },
      fleet.config.health,
    );
    memory.checkedMs = nowMs;
    memory.expiresMs = nowMs + parts.validForMs();
    memory.latencyMs = latencyMs;
    const ok = found !== 'down';
    memory.score = reduceScore(memory.score, {
      ok: ok ? 1 : 0,
      failed: ok ? 0 : 1,
      latencyMs: ok ? latencyMs : null,
      spreadMs: null,
    });
    Object.assign(memory, steppedWeight(fleet, target));
    memory.lastingChecks = finding.lasting ? memory.lastingChecks + 1 : 0;
    memory.restUntilMs = finding.restMs === null ? 0 : nowMs + finding.restMs;
    if (listed !== memory.listed) {
      memory.listed = listed;
      if (listed)
        await publishModelList(state, endpoint.id, { models: [...listed], checked_at: nowMs }).catch(
          () => {},
        );
    }
    if (before.kind !== memory.health.kind) {
      const level = memory.health.kind === 'down' || memory.health.kind === 'degraded' ? 'warn' : 'info';
      logger[level](
        {
          endpoint: endpoint.id,
          from: before.kind,
          to: memory.health.kind,
          reason: reason ?? finding.result,
          latencyMs: Math.round(latencyMs),
        },
        'endpoint health changed',
      );
    }
    await publisher.publish(target);
    await requeue(target, memory, report, nowMs);
    if (llmTokens > 0) await spending.add(llmTokens);
  }

  async function requeue(
    { endpoint }: Target,
    memory: EndpointMemory,
    { finding }: ProbeReport,
    nowMs: number,
  ): Promise<void> {
    if (finding.found !== 'down' && memory.health.kind !== 'down') {
      if (queue.has(endpoint.id)) await queue.remove(endpoint.id, memory.health.kind);
      return;
    }
    const pauseMs = recheckPause({
      intervalMs: fleet.config.health.failureQueueIntervalMs,
      first: !queue.has(endpoint.id),
      lastingChecks: memory.lastingChecks,
      restMs: finding.restMs,
      random: random(),
    });
    await queue.put(endpoint.id, nowMs + pauseMs, finding.reason);
  }

  return {
    check(target, cause) {
      const { id } = target.endpoint;
      const known = running.get(id);
      if (known) return known;
      const work = probeOnce(target, cause).finally(() => running.delete(id));
      running.set(id, work);
      return work;
    },
    async idle() {
      await Promise.allSettled(running.values());
    },
  };
}

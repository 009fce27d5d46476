import { randomUUID } from 'node:crypto';
import type { Config } from '@holdfast/config/types';
import { steadyNow } from '@holdfast/runtime/clock';
import { createLifecycle } from '@holdfast/runtime/lifecycle';
import { listen } from '@holdfast/runtime/listen';
import type { Logger } from '@holdfast/runtime/logger';
import { type CronScheduled, everyInterval, onCron } from '@holdfast/runtime/schedule';
import { removeAvailability, watchAvailability } from '@holdfast/state/availability';
import { removeModelLists } from '@holdfast/state/model-lists';
import type { SharedState } from '@holdfast/state/shared-state';
import { createApp } from './app.ts';
import { createChecker } from './checker.ts';
import { createCredentials } from './credentials.ts';
import { adoptEntry } from './endpoint-memory.ts';
import { createFleet } from './fleet.ts';
import { keepLeadership } from './leadership.ts';
import { createHealthMetrics } from './metrics.ts';
import { createPublisher } from './publisher.ts';
import { createFailureQueue } from './queue.ts';
import { createRounds } from './rounds.ts';
import { createSpending } from './spending.ts';
import { validityMs } from './validity.ts';

export interface HealthCheckerOptions {
  readonly config: Config;
  readonly state: SharedState;
  readonly logger: Logger;
  /** Epoch ms. */
  readonly now?: () => number;
  readonly random?: () => number;
  /** A replica takes over within this time. */
  readonly leaseTtlMs?: number;
  /** Model tokens that all probes of a day may cost; after that only free probes are made. */
  readonly llmTokensPerDay?: number;
}

export interface HealthChecker {
  readonly port: number;
  readonly url: string;
  applyConfig(config: Config): void;
  configFailed(reason: string): void;
  close(): Promise<void>;
}

const LEASE_TTL_MS = 15_000;
/** About five dollars a day at ten dollars a million, when everything goes wrong at once. */
const LLM_TOKENS_PER_DAY = 500_000;
const UPKEEP_INTERVAL_MS = 5_000;
const WEIGHTS_INTERVAL_MS = 15_000;
const MAX_QUEUE_INTERVAL_MS = 1_000;
const DRAIN_MS = 2_000;

/** Starts the service: its HTTP server, and its probes as soon as it leads. The state stays the caller's. */
export async function composeHealthChecker(options: HealthCheckerOptions): Promise<HealthChecker> {
  const { state, logger, now = steadyNow, random = Math.random } = options;
  const { server, services } = options.config;
  const lifecycle = createLifecycle();
  const shutdown = new AbortController();
  const metrics = createHealthMetrics();
  const fleet = createFleet(options.config);
  lifecycle.onClose('connections', () => fleet.close());

  let cron: CronScheduled | null = null;
  let configError: string | null = null;
  const validForMs = () => validityMs(fleet.config.health, cron?.periodMs() ?? null);
  const queue = createFailureQueue(state, metrics, logger);
  const publisher = createPublisher(fleet, state, metrics, now);
  const spending = createSpending(state, now, options.llmTokensPerDay ?? LLM_TOKENS_PER_DAY);
  const credentials = createCredentials(state, now, () => fleet.config.tokenPools);
  lifecycle.onClose('token watch', () => credentials.stop());
  const parts = { fleet, state, queue, publisher, spending, metrics, logger, validForMs, now, random };
  const checker = createChecker({ ...parts, credentials, shutdown: shutdown.signal });
  const rounds = createRounds({ ...parts, checker });
  lifecycle.onClose('probes', async () => {
    shutdown.abort();
    await checker.idle();
  });

  /** The store being away is its own news; anything else is a bug worth a line. */
  const failed = (error: unknown) => {
    if ((error as Error).name !== 'StateUnavailable')
      logger.error({ err: error }, 'health check round failed');
  };
  const whenLeading = (round: () => Promise<void>) => async () => {
    if (leadership.leads && !shutdown.signal.aborted) await round();
  };

  metrics.show(options.config.clusters.flatMap(({ endpoints }) => endpoints));
  metrics.stateStoreUp.set(state.up ? 1 : 0);
  lifecycle.onClose(
    'store watch',
    state.onUpChange((up) => metrics.stateStoreUp.set(up ? 1 : 0)),
  );
  lifecycle.onClose(
    'availability watch',
    watchAvailability(state, (id, entry) => {
      const target = fleet.target(id);
      if (target && adoptEntry(fleet.memory(id), entry)) publisher.show(target);
    }),
  );

  const leadership = keepLeadership({
    state,
    logger,
    owner: randomUUID(),
    ttlMs: options.leaseTtlMs ?? LEASE_TTL_MS,
    onGained(takenOver) {
      const fresh = (id: string) => takenOver && fleet.memory(id).expiresMs > now();
      const unknown = fleet.targets.filter(({ endpoint }) => !fresh(endpoint.id));
      spending
        .refresh()
        .then(() => rounds.scheduled(unknown))
        .catch(failed);
    },
  });
  lifecycle.onClose('leadership', () => leadership.stop());

  function schedule(): void {
    cron?.stop();
    cron = onCron(
      fleet.config.health.schedule,
      whenLeading(() => rounds.scheduled(fleet.targets)),
      failed,
    );
  }
  schedule();
  const queueTick = async () => {
    if (leadership.leads) await rounds.queued();
    else await queue.refresh();
  };
  const ticks = [
    everyInterval(
      Math.min(MAX_QUEUE_INTERVAL_MS, options.config.health.failureQueueIntervalMs / 4),
      queueTick,
      failed,
    ),
    everyInterval(UPKEEP_INTERVAL_MS, whenLeading(rounds.upkeep), failed),
    everyInterval(WEIGHTS_INTERVAL_MS, whenLeading(rounds.weights), failed),
  ];
  lifecycle.onClose('schedules', () => {
    cron?.stop();
    for (const tick of ticks) tick.stop();
  });

  const readiness = () => ({
    ready: !shutdown.signal.aborted,
    checks: {
      state_store: state.up ? 'ok' : 'away, nothing is published',
      prober: leadership.leads ? 'this replica' : 'another replica, or none',
      config: configError ?? 'ok',
    },
  });
  const app = createApp({ fleet, checker, queue, metrics, readiness, logger, now });
  const listening = await listen(app, { host: server.host, port: services.healthChecker.port });
  lifecycle.onClose('server', () => listening.close(DRAIN_MS));
  logger.info({ url: listening.url }, 'health-checker is listening');

  return {
    port: listening.port,
    url: listening.url,
    applyConfig(config) {
      const { added, removedIds } = fleet.apply(config);
      configError = null;
      metrics.configReload.succeeded(now());
      metrics.show(config.clusters.flatMap(({ endpoints }) => endpoints));
      schedule();
      if (!leadership.leads) return;
      removeAvailability(state, removedIds).catch(() => {});
      removeModelLists(state, removedIds).catch(() => {});
      rounds.scheduled(added).catch(failed);
    },
    configFailed(reason) {
      configError = reason;
      metrics.configReload.failed();
    },
    close: lifecycle.close,
  };
}

import { randomUUID } from 'node:crypto';
import type { Config } from '@holdfast/config/types';
import { createLifecycle } from '@holdfast/runtime/lifecycle';
import { listen } from '@holdfast/runtime/listen';
import type { Logger } from '@holdfast/runtime/logger';
import { version } from '@holdfast/runtime/version';
import type { SharedState } from '@holdfast/state/shared-state';
import { Agent } from 'undici';
import { createApp } from './http/app.ts';
import { createTaggerMetrics } from './metrics.ts';
import { checkDatabaseUrl } from './store/database.ts';
import { createStore } from './store/store.ts';
import { createAskGateway } from './tagging/ask-gateway.ts';
import { gatewayTarget, jobPolicy } from './tagging/config-views.ts';
import { createNightlyRetry } from './tagging/nightly-retry.ts';
import { createWorker } from './tagging/worker.ts';

export interface TaggerOptions {
  readonly config: Config;
  readonly state: SharedState;
  readonly logger: Logger;
  /** Epoch ms. */
  readonly now?: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
}

export interface Tagger {
  readonly port: number;
  readonly url: string;
  /** Takes effect at once for everything but the port and the database, which need a restart. */
  applyConfig(config: Config): void;
  /** A new configuration was not valid; shown in the metrics and `/readyz` until the next success. */
  configFailed(reason: string): void;
  /** Refuses new requests, ends or hands back the jobs in work, closes the database. */
  close(): Promise<void>;
}

/** Beyond what `concurrency` may hold: the API, the metrics and the heartbeat. */
const SPARE_CONNECTIONS = 6;
/** A chat completion with a handful of tags; anything larger is no such thing. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024;

/** Starts the tagger. Rejects when it cannot listen or the database URL is malformed; a database that is away is waited for while running. */
export async function composeTagger({
  config: initial,
  state,
  logger,
  now = Date.now,
  random = Math.random,
}: TaggerOptions): Promise<Tagger> {
  checkDatabaseUrl(initial.database.url);
  const lifecycle = createLifecycle();
  const owner = randomUUID();
  let config = initial;
  let draining = false;
  let configError: string | null = null;

  const store = createStore({
    url: initial.database.url,
    connections: initial.tagging.concurrency + SPARE_CONNECTIONS,
    logger,
    now,
  });
  lifecycle.onClose('database', store.close);
  const metrics = createTaggerMetrics(version, () => store.use(({ queue }) => queue.state(now())), now);
  metrics.stateStoreUp.set(state.up ? 1 : 0);
  lifecycle.onClose(
    'state',
    state.onUpChange((up) => metrics.stateStoreUp.set(up ? 1 : 0)),
  );

  const dispatcher = new Agent({
    connect: { timeout: initial.timeouts.connectMs },
    maxResponseSize: MAX_REPLY_BYTES,
  });
  lifecycle.onClose('connections', () => dispatcher.destroy());
  // Opened here so that a database that is there is ready when the first request comes.
  await store.use(async () => {}).catch(() => {});
  const worker = createWorker({
    store,
    ask: createAskGateway(dispatcher, () => gatewayTarget(config), now),
    policy: () => jobPolicy(config),
    concurrency: () => config.tagging.concurrency,
    onJobEnd: metrics.jobEnded,
    logger,
    owner,
    now,
    random,
  });
  lifecycle.onClose('worker', () => worker.close(config.server.drainTimeoutMs));
  const nightly = createNightlyRetry({
    store,
    state,
    owner,
    config: () => config,
    onQueued: worker.wake,
    logger,
    now,
  });
  lifecycle.onClose('nightly retry', nightly.stop);

  const app = createApp({
    config: () => config,
    store,
    metrics,
    readiness: () => ({
      ready: store.up && !draining,
      checks: {
        database: store.up ? 'ok' : 'down',
        ...(configError === null ? {} : { config: configError }),
        ...(draining ? { lifecycle: 'draining' } : {}),
      },
    }),
    onQueued: worker.wake,
    logger,
    now,
  });
  const { host } = initial.server;
  const server = await listen(app, { host, port: initial.services.tagger.port }).catch(
    async (error: unknown) => {
      await lifecycle.close();
      throw error;
    },
  );
  lifecycle.onClose('server', () => server.close(config.server.drainTimeoutMs));
  logger.info({ event: 'listening', url: server.url }, 'tagger is listening');

  return {
    port: server.port,
    url: server.url,
    applyConfig(next) {
      if (
        next.database.url !== initial.database.url ||
        next.services.tagger.port !== initial.services.tagger.port
      ) {
        logger.warn(
          { event: 'config_needs_restart' },
          "the tagger's database and port change with its next start",
        );
      }
      config = next;
      configError = null;
      metrics.configReload.succeeded(now());
      nightly.reschedule();
      worker.wake();
    },
    configFailed(reason) {
      configError = reason;
      metrics.configReload.failed();
    },
    close() {
      draining = true;
      return lifecycle.close();
    },
  };
}

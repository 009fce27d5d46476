import type { Config } from '@holdfast/config/types';
import { steadyNow } from '@holdfast/runtime/clock';
import { createLifecycle } from '@holdfast/runtime/lifecycle';
import type { LineWriter } from '@holdfast/runtime/line-writer';
import { listen } from '@holdfast/runtime/listen';
import type { Logger } from '@holdfast/runtime/logger';
import { readFailureQueue } from '@holdfast/state/failure-queue';
import { shareModelUsage } from '@holdfast/state/model-usage';
import { createRateLimiter } from '@holdfast/state/rate-limit';
import { countReplicas } from '@holdfast/state/replicas';
import type { SharedState } from '@holdfast/state/shared-state';
import { createThrottle } from '@holdfast/state/throttle';
import { createAccessLog } from './access-log.ts';
import { createAdminApp } from './admin/admin-app.ts';
import { createAlerts } from './admin/alerts.ts';
import { createConfigLoads } from './admin/config-loads.ts';
import { createClientListener } from './app.ts';
import { createAnswerCache } from './cache/answer-cache.ts';
import type { Gateway } from './gateway.ts';
import { limitServer, SERVER_LIMITS, type ServerLimits, serverOptions } from './ingress/client-server.ts';
import { cancelExchange } from './ingress/exchange.ts';
import { createRequestIds } from './ingress/request-id.ts';
import { createGatewayMetrics } from './metrics.ts';
import { createIdentify } from './policy/client-keys.ts';
import { createRunningKeys } from './policy/running-keys.ts';
import { CLIENT_TIMERS, type ClientTimers } from './respond/client-stream.ts';
import { createExchanges } from './states/exchanges.ts';
import { createLoadShedding, type PressureSource } from './states/load-shedding.ts';
import { enforceModelLimits } from './states/model-limits.ts';
import { createModelSwaps } from './states/model-swaps.ts';
import { createNameService } from './states/name-service.ts';
import { createReports } from './states/reports.ts';
import { createRetiredConnections } from './states/retired-connections.ts';
import { createRetryBudget } from './states/retry-budget.ts';
import { buildRouting } from './states/routing.ts';
import { shareBreakers } from './states/shared-breakers.ts';
import { subscribeToState } from './states/subscriptions.ts';
import { createTierSwitches } from './states/tier-switches.ts';
import { createTokenStates } from './states/token-states.ts';

export interface GatewayParts {
  readonly config: Config;
  readonly state: SharedState;
  readonly logger: Logger;
  /** Where request lines go as plain JSON; null: through the logger. */
  readonly accessLog?: LineWriter | null;
  readonly random?: () => number;
  readonly now?: () => number;
  readonly clientTimers?: Partial<ClientTimers>;
  readonly serverLimits?: Partial<ServerLimits>;
  /** How hard the process has it; default: measured. */
  readonly pressure?: PressureSource;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  readonly adminUrl: string;
  readonly adminPort: number;
  readonly gateway: Gateway;
  /** Swaps in a valid configuration; requests under way end on the old one. Ports and hosts stay. */
  applyConfig(config: Config): void;
  /** Shown in `/readyz` and the status page until the next success. */
  configFailed(reason: string): void;
  /** Drains: refuses new connections, lets requests end, then cuts them. */
  close(): Promise<void>;
}

/** Puts a gateway together and starts it. */
export async function composeGateway({
  config,
  state,
  logger,
  accessLog = null,
  random = Math.random,
  now = steadyNow,
  clientTimers = {},
  serverLimits = {},
  pressure,
}: GatewayParts): Promise<RunningGateway> {
  const lifecycle = createLifecycle();
  const metrics = createGatewayMetrics();
  const replicas = countReplicas(state, now);
  lifecycle.onClose('replica count', () => replicas.stop());
  const usage = shareModelUsage({ state, now });
  lifecycle.onClose('model usage', () => usage.stop());
  const gateway: Gateway = {
    routing: buildRouting(config, metrics, null),
    tokens: tokenStates(null, config),
    modelLists: new Map(),
    limits: enforceModelLimits(config.modelLimits, usage, now),
    metrics,
    logger,
    accessLog: createAccessLog(logger, accessLog),
    budget: createRetryBudget(),
    reports: createReports({ state, logger, now }),
    breakers: shareBreakers({ state, logger, now, endpoints: () => gateway.routing.endpoints }),
    tierSwitches: createTierSwitches({ logger, metrics, now }),
    throttle: createThrottle({ state, now, replicas: () => replicas.count }),
    rateLimiter: rateLimiter(config),
    answers: createAnswerCache({ state, config }),
    exchanges: createExchanges(),
    draining: false,
    clientTimers: { ...CLIENT_TIMERS, ...clientTimers },
    runningKeys: createRunningKeys(),
    modelSwaps: createModelSwaps(logger),
    names: createNameService({ logger, now, endpoints: () => gateway.routing.endpoints.values() }),
    load: createLoadShedding(logger, pressure),
    now,
    random,
  };
  let identify = createIdentify(config.server.clientKeys);
  const configLoads = createConfigLoads(config.source, now);

  function tokenStates(previous: Gateway['tokens'] | null, next: Config) {
    return createTokenStates(next.tokenPools, previous, now(), (move) => logger.warn(move, 'token rotated'));
  }
  function rateLimiter({ rateLimit }: Config) {
    return rateLimit.enabled
      ? createRateLimiter({ state, now, perMinute: rateLimit.perMinute, replicas: () => replicas.count })
      : null;
  }
  const prepareMetrics = () =>
    metrics.prepare(gateway.routing.config, function* () {
      for (const {
        endpoint,
        state: { breaker },
      } of gateway.routing.endpoints.values())
        yield { endpoint, kind: breaker.kind };
    });
  prepareMetrics();
  lifecycle.onClose('load shedding', () => gateway.load.stop());
  const retired = createRetiredConnections({
    logger,
    current: () => gateway.routing,
    exchanges: () => gateway.exchanges,
  });
  lifecycle.onClose('upstream connections', () => retired.close());
  lifecycle.onClose('breakers', () => gateway.breakers.stop());
  lifecycle.onClose('reports', () => gateway.reports.close());
  lifecycle.onClose('subscriptions', subscribeToState(gateway, state));

  tellModelLimits(logger, config);
  const alerts = createAlerts(logger, metrics);
  const storeState = () => (state.kind === 'in-process' ? 'embedded' : state.up ? 'ok' : 'down');
  const adminApp = createAdminApp({
    gateway,
    alerts,
    config: configLoads.status,
    storeState,
    failureQueue: () => endpointsInFailureQueue(state),
    clientUrl: () => client.url,
  });
  const admin = await listen(adminApp, { host: config.server.host, port: config.server.adminPort });
  lifecycle.onClose('admin port', () => admin.close(1000));

  const listener = createClientListener({
    gateway,
    identify: () => identify,
    requestId: createRequestIds(),
    storeState,
  });
  const limits = { ...SERVER_LIMITS, ...serverLimits };
  const client = await listen(listener, {
    host: config.server.host,
    port: config.server.port,
    options: serverOptions(limits),
    configure: (server) => limitServer(server, limits),
  });
  lifecycle.onClose('client port', () => drain(gateway, client.close));

  return {
    url: client.url,
    port: client.port,
    adminUrl: admin.url,
    adminPort: admin.port,
    gateway,
    applyConfig(next) {
      const old = gateway.routing;
      gateway.routing = buildRouting(next, metrics, old);
      gateway.tokens = tokenStates(gateway.tokens, next);
      gateway.limits = enforceModelLimits(next.modelLimits, usage, now);
      if (
        next.rateLimit.enabled !== old.config.rateLimit.enabled ||
        next.rateLimit.perMinute !== old.config.rateLimit.perMinute
      ) {
        gateway.rateLimiter = rateLimiter(next);
      }
      gateway.answers.resize(next);
      identify = createIdentify(next.server.clientKeys);
      prepareMetrics();
      configLoads.succeeded(next.source);
      metrics.configReload.succeeded(now());
      if (next.modelLimits !== old.config.modelLimits) tellModelLimits(logger, next);
      retired.leave(old);
    },
    configFailed(reason) {
      configLoads.failed(reason);
      metrics.configReload.failed();
    },
    close: lifecycle.close,
  };
}

function tellModelLimits(logger: Logger, { modelLimits }: Config): void {
  const count = Object.keys(modelLimits).length;
  if (count > 0) logger.info({ count }, `loaded ${count} model limits`);
}

async function endpointsInFailureQueue(state: SharedState): Promise<ReadonlySet<string> | null> {
  if (!state.up) return null;
  const queued = await readFailureQueue(state).catch(() => null);
  return queued && new Set(queued.map(({ id }) => id));
}

/** New connections are refused at once, running requests end by themselves; what is left after the time is cut honestly. */
async function drain(gateway: Gateway, closeServer: (drainMs: number) => Promise<void>): Promise<void> {
  gateway.draining = true;
  const { drainTimeoutMs } = gateway.routing.config.server;
  const cut = setTimeout(() => {
    for (const exchange of gateway.exchanges) cancelExchange(exchange, 'shutdown');
  }, drainTimeoutMs);
  await closeServer(drainTimeoutMs + 1000);
  clearTimeout(cut);
}

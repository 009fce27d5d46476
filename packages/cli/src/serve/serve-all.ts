import { setImmediate } from 'node:timers/promises';
import { logLevel } from '@holdfast/config/environment';
import { configPath, loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { composeGateway } from '@holdfast/gateway/compose';
import { composeHealthChecker } from '@holdfast/health-checker/compose';
import { createLifecycle } from '@holdfast/runtime/lifecycle';
import { createLogger } from '@holdfast/runtime/logger';
import { closeOnSignals } from '@holdfast/runtime/on-signals';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { openState } from '@holdfast/state/open-state';
import { composeTagger } from '@holdfast/tagger/compose';
import { composeTokenRotator } from '@holdfast/token-rotator/compose';
import { accessLogStream } from './access-log-stream.ts';
import { keepConfigCurrent } from './keep-config-current.ts';
import type { ServeOptions } from './serve-options.ts';
import { welcome } from './welcome.ts';

/** For everything but the draining of requests. */
const CLOSING_MS = 10_000;

/** The whole suite in one process, over in-process state unless the configuration names a Redis. */
export async function serveAll({ path, json }: ServeOptions): Promise<void> {
  const first = loadConfig({ path });
  const loggerFor = (service: string) => createLogger({ service, level: logLevel(), json });
  const logger = loggerFor('holdfast');
  const lifecycle = createLifecycle();
  closeOnSignals({ close: lifecycle.close, logger, giveUpAfterMs: first.server.drainTimeoutMs + CLOSING_MS });

  const { simulator } = first.services;
  const running = simulator.enabled
    ? await startSimulator({ port: simulator.port, host: first.server.host })
    : null;
  if (running) lifecycle.onClose('simulator', () => running.close());
  const load = () => loadConfig({ path, simulatorUrl: running?.url });

  const config = load();
  const state = await openState(config.state.redisUrl, logger);
  lifecycle.onClose('state', () => state.close());
  const healthChecker = await composeHealthChecker({ config, state, logger: loggerFor('health-checker') });
  lifecycle.onClose('health-checker', () => healthChecker.close());
  const tokenRotator = await composeTokenRotator({ config, state, logger: loggerFor('token-rotator') });
  lifecycle.onClose('token-rotator', () => tokenRotator.close());

  // Ports may be 0, so the real addresses are known only now.
  const urls = { healthChecker: healthChecker.url, tokenRotator: tokenRotator.url };
  const gateway = await composeGateway({
    config: withUrls(config, urls),
    state,
    logger: loggerFor('gateway'),
    accessLog: accessLogStream(json),
  });
  lifecycle.onClose('gateway', () => gateway.close());
  const tagger = await composeTagger({
    config: withUrls(config, { ...urls, gateway: gateway.url }),
    state,
    logger: loggerFor('tagger'),
  });
  lifecycle.onClose('tagger', () => tagger.close());

  const allUrls = { ...urls, gateway: gateway.url, tagger: tagger.url };
  if (tagger.url !== config.services.tagger.url) gateway.applyConfig(withUrls(config, allUrls));
  const watch = keepConfigCurrent({
    path: configPath({ path }),
    load: () => withUrls(load(), allUrls),
    current: config,
    services: [gateway, healthChecker, tokenRotator, tagger],
    logger,
  });
  lifecycle.onClose('config watch', () => watch.close());
  // The lines so far are on their way: whoever started it finds the addresses below them.
  await setImmediate();
  if (json) logger.info({ urls: { ...allUrls, admin: gateway.adminUrl }, config: config.source }, 'ready');
  else
    console.log(
      welcome({ config, gateway, healthChecker, tokenRotator, tagger, simulatorUrl: running?.url ?? null }),
    );
}

interface Urls {
  readonly healthChecker?: string;
  readonly tokenRotator?: string;
  readonly tagger?: string;
  readonly gateway?: string;
}

function withUrls(config: Config, urls: Urls): Config {
  const { services } = config;
  return {
    ...config,
    services: {
      ...services,
      gateway: { ...services.gateway, url: urls.gateway ?? services.gateway.url },
      healthChecker: { ...services.healthChecker, url: urls.healthChecker ?? services.healthChecker.url },
      tokenRotator: { ...services.tokenRotator, url: urls.tokenRotator ?? services.tokenRotator.url },
      tagger: { ...services.tagger, url: urls.tagger ?? services.tagger.url },
    },
  };
}

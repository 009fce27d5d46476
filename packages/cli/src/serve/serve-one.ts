import { logLevel } from '@holdfast/config/environment';
import { configPath, loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import { composeGateway } from '@holdfast/gateway/compose';
import { composeHealthChecker } from '@holdfast/health-checker/compose';
import { createLifecycle } from '@holdfast/runtime/lifecycle';
import { createLogger, type Logger } from '@holdfast/runtime/logger';
import { closeOnSignals } from '@holdfast/runtime/on-signals';
import { openState } from '@holdfast/state/open-state';
import type { SharedState } from '@holdfast/state/shared-state';
import { composeTagger } from '@holdfast/tagger/compose';
import { composeTokenRotator } from '@holdfast/token-rotator/compose';
import { accessLogStream } from './access-log-stream.ts';
import { keepConfigCurrent, type Reloadable } from './keep-config-current.ts';
import type { ServeOptions } from './serve-options.ts';

interface RunningService extends Reloadable {
  readonly url: string;
  close(): Promise<void>;
}

interface Parts {
  readonly config: Config;
  readonly state: SharedState;
  readonly logger: Logger;
  readonly json: boolean;
}

/** The processes that share a configuration and a state. */
const SERVICES = {
  gateway: ({ json, ...parts }: Parts): Promise<RunningService> =>
    composeGateway({ ...parts, accessLog: accessLogStream(json) }),
  'health-checker': (parts: Parts): Promise<RunningService> => composeHealthChecker(parts),
  'token-rotator': (parts: Parts): Promise<RunningService> => composeTokenRotator(parts),
  tagger: (parts: Parts): Promise<RunningService> => composeTagger(parts),
};

/** For everything but the draining of requests. */
const CLOSING_MS = 10_000;

/** Runs one process of the suite; this is what the containers run. */
export async function serveOne(name: keyof typeof SERVICES, { path, json }: ServeOptions): Promise<void> {
  const config = loadConfig({ path });
  const logger = createLogger({ service: name, level: logLevel(), json });
  const lifecycle = createLifecycle();
  closeOnSignals({
    close: lifecycle.close,
    logger,
    giveUpAfterMs: config.server.drainTimeoutMs + CLOSING_MS,
  });
  const state = await openState(config.state.redisUrl, logger);
  lifecycle.onClose('state', () => state.close());
  const service = await SERVICES[name]({ config, state, logger, json });
  lifecycle.onClose(name, () => service.close());
  const watch = keepConfigCurrent({
    path: configPath({ path }),
    load: () => loadConfig({ path }),
    current: config,
    services: [service],
    logger,
  });
  lifecycle.onClose('config watch', () => watch.close());
  logger.info({ url: service.url, config: config.source }, `${name} is ready`);
}

import { logLevel } from '@holdfast/config/environment';
import { loadConfig } from '@holdfast/config/load-config';
import { createLifecycle } from '@holdfast/runtime/lifecycle';
import { createLogger } from '@holdfast/runtime/logger';
import { closeOnSignals } from '@holdfast/runtime/on-signals';
import { runSimulator } from '@holdfast/simulator/run-simulator';
import type { ServeOptions } from './serve-options.ts';

/** The scripted providers as a process, with a scenario file or healthy. */
export async function serveSimulator({ path, json, scenarioPath }: ServeOptions): Promise<void> {
  const { server, services } = loadConfig({ path });
  const logger = createLogger({ service: 'simulator', level: logLevel(), json });
  const lifecycle = createLifecycle();
  closeOnSignals({ close: lifecycle.close, logger, giveUpAfterMs: 5000 });
  const simulator = await runSimulator({
    host: server.host,
    port: services.simulator.port,
    scenarioPath,
    log: (message) => logger.info(message),
  });
  lifecycle.onClose('simulator', () => simulator.close());
  logger.info({ url: simulator.url }, 'simulator is ready');
}

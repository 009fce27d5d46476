import { loadConfig } from '@holdfast/config/load-config';
import { isGlob } from '@holdfast/core/glob';
import { createLifecycle } from '@holdfast/runtime/lifecycle';
import { createLogger } from '@holdfast/runtime/logger';
import { closeOnSignals } from '@holdfast/runtime/on-signals';
import { runLoad } from '@holdfast/simulator/load-generator';
import type { ServeOptions } from './serve-options.ts';

/** Steady demo traffic against the gateway, so that dashboards move. */
export async function serveLoad({ path, json }: ServeOptions): Promise<void> {
  const config = loadConfig({ path });
  const logger = createLogger({ service: 'load', json });
  const lifecycle = createLifecycle();
  closeOnSignals({ close: lifecycle.close, logger, giveUpAfterMs: 5000 });
  const models = config.routes.map(({ model }) => model).filter((model) => !isGlob(model));
  const load = runLoad({
    url: config.services.gateway.url,
    requestsPerSecond: 8,
    models: models.length > 0 ? models : ['gpt-4o-mini'],
    streamShare: 0.3,
    log: (line: string) => logger.info(line),
  });
  lifecycle.onClose('load', () => load.stop());
}

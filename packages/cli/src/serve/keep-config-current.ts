import type { Config } from '@holdfast/config/types';
import { type ConfigWatch, watchConfig } from '@holdfast/config/watch-config';
import type { Logger } from '@holdfast/runtime/logger';

/** What takes a new configuration while it runs. */
export interface Reloadable {
  applyConfig(config: Config): void;
  /** Told why a configuration was not taken. */
  configFailed?(reason: string): void;
}

export interface KeepCurrentOptions {
  readonly path: string | null;
  readonly load: () => Config;
  readonly current: Config;
  readonly services: readonly Reloadable[];
  readonly logger: Logger;
}

/** Reloads on a change of the file and on SIGHUP; what is not valid is reported, and the last good configuration stays. */
export function keepConfigCurrent({
  path,
  load,
  current,
  services,
  logger,
}: KeepCurrentOptions): ConfigWatch {
  const watch = watchConfig({
    path,
    load,
    current,
    onChange: (config) => {
      for (const service of services) service.applyConfig(config);
      logger.info({ source: config.source }, 'configuration reloaded');
    },
    onError: (error) => {
      logger.error({ reason: error.message }, 'configuration not reloaded, the last good one stays');
      for (const service of services) service.configFailed?.(error.message);
    },
  });
  const onHangup = () => void watch.reload();
  process.on('SIGHUP', onHangup);
  return {
    ...watch,
    close() {
      process.off('SIGHUP', onHangup);
      watch.close();
    },
  };
}

/** What else the environment says. No other package reads `process.env`. */

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** `HOLDFAST_LOG_LEVEL`, else `LOG_LEVEL`, else `info`; a word that is no level counts as `info`. */
export function logLevel(env: NodeJS.ProcessEnv = process.env): string {
  const level = (env.HOLDFAST_LOG_LEVEL || env.LOG_LEVEL || 'info').toLowerCase();
  return LEVELS.includes(level) ? level : 'info';
}

export interface MonitoringUrls {
  readonly alertmanager: string;
  /** Somebody said where it is, so it is meant to be there. */
  readonly expectsAlertmanager: boolean;
  readonly prometheus: string;
}

/** Where the CLI looks for the monitoring: `HOLDFAST_ALERTMANAGER_URL` and `HOLDFAST_PROMETHEUS_URL`, else their usual ports on this machine. */
export function monitoringUrls(env: NodeJS.ProcessEnv = process.env): MonitoringUrls {
  const url = (text: string | undefined, usual: string) => (text || usual).replace(/\/+$/, '');
  return {
    alertmanager: url(env.HOLDFAST_ALERTMANAGER_URL, 'http://127.0.0.1:9093'),
    expectsAlertmanager: Boolean(env.HOLDFAST_ALERTMANAGER_URL),
    prometheus: url(env.HOLDFAST_PROMETHEUS_URL, 'http://127.0.0.1:9090'),
  };
}

/** What else the environment says. No other package reads `process.env`. */

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** `HOLDFAST_LOG_LEVEL`, else `LOG_LEVEL`, else `info`; a word that is no level counts as `info`. */
export function logLevel(env: NodeJS.ProcessEnv = process.env): string {
  const level = (env.HOLDFAST_LOG_LEVEL || env.LOG_LEVEL || 'info').toLowerCase();
  return LEVELS.includes(level) ? level : 'info';
}

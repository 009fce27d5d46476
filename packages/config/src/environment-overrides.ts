import type { KeyPath } from './key-path.ts';
import { type VariableEntry, valueAt } from './overlay.ts';

/** Always win over the file, so that an operator or a container can move an address without editing it. */
const OVERRIDES: Readonly<Record<string, KeyPath>> = {
  HOLDFAST_HOST: ['server', 'host'],
  HOLDFAST_ALLOW_OPEN: ['server', 'allow_open'],
  HOLDFAST_GATEWAY_PORT: ['server', 'port'],
  HOLDFAST_ADMIN_PORT: ['server', 'admin_port'],
  HOLDFAST_HEALTH_CHECKER_PORT: ['services', 'health_checker', 'port'],
  HOLDFAST_TOKEN_ROTATOR_PORT: ['services', 'token_rotator', 'port'],
  HOLDFAST_TAGGER_PORT: ['services', 'tagger', 'port'],
  HOLDFAST_SIMULATOR_PORT: ['services', 'simulator', 'port'],
  HOLDFAST_GATEWAY_URL: ['services', 'gateway', 'url'],
  HOLDFAST_ADMIN_URL: ['services', 'gateway', 'admin_url'],
  HOLDFAST_HEALTH_CHECKER_URL: ['services', 'health_checker', 'url'],
  HOLDFAST_TOKEN_ROTATOR_URL: ['services', 'token_rotator', 'url'],
  HOLDFAST_TAGGER_URL: ['services', 'tagger', 'url'],
  HOLDFAST_SIMULATOR_URL: ['services', 'simulator', 'url'],
};

/** Comma lists of keys. */
const KEY_LISTS: Readonly<Record<string, KeyPath>> = {
  HOLDFAST_CLIENT_KEYS: ['server', 'client_keys'],
  HOLDFAST_ADMIN_KEYS: ['server', 'admin_keys'],
};

/** Used where the file says nothing. */
const DEFAULTS: Readonly<Record<string, KeyPath>> = {
  REDIS_URL: ['state', 'redis_url'],
  DATABASE_URL: ['database', 'url'],
};

/** What the environment adds to a configuration, wherever that came from. An empty variable counts as unset. */
export function environmentOverrides(env: NodeJS.ProcessEnv, configured: unknown): VariableEntry[] {
  const entries = (
    table: Readonly<Record<string, KeyPath>>,
    convert: (text: string) => unknown,
  ): VariableEntry[] =>
    Object.entries(table).flatMap(([variable, path]) =>
      env[variable] ? [{ variable, path, value: convert(env[variable]) }] : [],
    );
  return [
    ...entries(OVERRIDES, (text) => text),
    ...entries(KEY_LISTS, (text) => text.split(',').map((key) => key.trim())),
    ...entries(DEFAULTS, (text) => text).filter(({ path }) => valueAt(configured, path) === undefined),
  ];
}

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildConfig } from './build-config.ts';
import { builtInConfig } from './built-in-config.ts';
import { ConfigError, type Problem } from './config-error.ts';
import type { ConfigSource } from './config-source.ts';
import { checkCrossReferences } from './cross-references.ts';
import { environmentPolicies, environmentUpstreams } from './environment-config.ts';
import { environmentOverrides } from './environment-overrides.ts';
import { readVariables } from './file-twins.ts';
import { loadModelLimits } from './model-limits.ts';
import { overlay } from './overlay.ts';
import { plainSource } from './plain-source.ts';
import { configSchema } from './schema.ts';
import { checkSecrets } from './secrets-check.ts';
import type { Config } from './types.ts';
import { validate } from './validate.ts';
import { yamlSource } from './yaml-source.ts';

export interface LoadOptions {
  /** What `--config` said. */
  readonly path?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Where the simulator listens, once it does: the built-in configuration's endpoints are there (its port may be 0). */
  readonly simulatorUrl?: string | undefined;
  /** For who uses no key: the value of a variable that the file refers to and that is not set, or of a file that is not there. */
  readonly standIn?: ((name: string) => string) | undefined;
}

/** Variables that carry secrets; each may come from the file that its twin `<NAME>_FILE` names. */
const SECRET_VARIABLES = [
  'REDIS_URL',
  'DATABASE_URL',
  'HOLDFAST_CLIENT_KEYS',
  'HOLDFAST_ADMIN_KEYS',
  'OPENAI_API_KEY',
  'OPENAI_API_KEY_PRO',
  'OPENROUTER_API_KEY',
];

/**
 * The configuration, from the first of: `path`, `HOLDFAST_CONFIG`, `./holdfast.yaml`, the variables of existing
 * deployments, the built-in demo. Throws a ConfigError that lists every problem.
 */
export function loadConfig({
  path: explicit,
  env = process.env,
  cwd = process.cwd(),
  simulatorUrl,
  standIn,
}: LoadOptions = {}): Config {
  const file = configPath({ path: explicit, env, cwd });
  const secrets = readVariables(SECRET_VARIABLES, env);
  const own = {
    ...env,
    ...secrets.values,
    ...(simulatorUrl === undefined ? {} : { HOLDFAST_SIMULATOR_URL: simulatorUrl }),
  };
  const written = file === null ? sourceWithoutFile(own, cwd) : fileSource(file, own, cwd, standIn);
  const source = overlay(written, environmentOverrides(own, written.value));

  const problems: Problem[] = secrets.problems.map(({ variable, message }) => ({
    file: 'environment',
    line: null,
    column: null,
    key: variable,
    message,
    suggestion: null,
  }));
  const checkOwnSecrets = checkSecrets(own);
  const parsed = collecting(problems, () =>
    validate(configSchema, source, (value, report) => {
      checkCrossReferences(value, report);
      checkOwnSecrets(value, report);
    }),
  );
  const modelLimits = collecting(problems, () => loadModelLimits(source, own));
  if (parsed === null || modelLimits === null || problems.length > 0) throw new ConfigError(problems);
  return buildConfig(parsed, { source: source.name, env: own, modelLimits });
}

function collecting<T>(problems: Problem[], load: () => T): T | null {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return null;
  }
}

/** The absolute path of the file that `loadConfig` reads, null when it reads none. */
export function configPath({
  path: explicit,
  env = process.env,
  cwd = process.cwd(),
}: LoadOptions = {}): string | null {
  const named = explicit || env.HOLDFAST_CONFIG;
  if (named) return path.resolve(cwd, named);
  const usual = path.resolve(cwd, 'holdfast.yaml');
  return existsSync(usual) ? usual : null;
}

function fileSource(
  file: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
  standIn: LoadOptions['standIn'],
): ConfigSource {
  const relative = path.relative(cwd, file);
  const shown = relative.startsWith('..') ? file : relative;
  return yamlSource(readConfigFile(file, shown), shown, { env, directory: path.dirname(file), standIn });
}

function readConfigFile(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message = `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new ConfigError([{ file: shown, line: null, column: null, key: '', message, suggestion: null }]);
  }
}

function sourceWithoutFile(env: NodeJS.ProcessEnv, cwd: string): ConfigSource {
  const policies = environmentPolicies(env);
  const upstreams = environmentUpstreams(env);
  if (upstreams.length > 0) return overlay(plainSource('environment', {}, cwd), [...upstreams, ...policies]);
  const simulatorUrl =
    env.HOLDFAST_SIMULATOR_URL || `http://127.0.0.1:${env.HOLDFAST_SIMULATOR_PORT || 4010}`;
  return overlay(
    plainSource('built-in', builtInConfig({ simulatorUrl: simulatorUrl.replace(/\/+$/, '') }), cwd),
    policies,
  );
}

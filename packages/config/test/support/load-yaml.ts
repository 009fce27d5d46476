import { ConfigError, type Problem } from '../../src/config-error.ts';
import { loadConfig } from '../../src/load-config.ts';
import type { Config } from '../../src/types.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The smallest useful upstream, to be completed by a test. */
export const CLUSTER =
  'clusters: { main: { endpoints: [{ name: a, base_url: "https://a.example.com/v1" }] } }';

/** Loads a text as holdfast.yaml, with only the given variables in the environment. */
export function loadYaml(yaml: string, env: NodeJS.ProcessEnv = {}): Config {
  using files = temporaryDirectory();
  files.write('holdfast.yaml', yaml);
  return loadConfig({ cwd: files.directory, env });
}

/** The error that loading it throws. */
export function errorOf(load: () => unknown): ConfigError {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError, but it loaded');
}

export const problemsOf = (yaml: string, env: NodeJS.ProcessEnv = {}): readonly Problem[] =>
  errorOf(() => loadYaml(yaml, env)).problems;

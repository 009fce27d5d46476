import type { ConfigSource } from './config-source.ts';
import { formatPath } from './key-path.ts';

/** A configuration that comes from no file, so that problems have no line. */
export function plainSource(name: string, value: unknown, directory: string): ConfigSource {
  return {
    name,
    directory,
    value,
    problems: [],
    locate: (path) => ({ file: name, line: null, column: null, key: formatPath(path) }),
    isUnresolved: () => false,
  };
}

import type { ConfigSource } from './config-source.ts';
import type { KeyPath } from './key-path.ts';

/** A value that an environment variable puts at a place of the configuration. */
export interface VariableEntry {
  readonly variable: string;
  readonly path: KeyPath;
  readonly value: unknown;
}

/** The source with the entries laid over it; problems at their places name the variable instead of a line. */
export function overlay(source: ConfigSource, entries: readonly VariableEntry[]): ConfigSource {
  if (entries.length === 0) return source;
  const variables = new Map(entries.map(({ path, variable }) => [JSON.stringify(path), variable]));
  const variableAt = (path: KeyPath) => {
    for (let length = path.length; length > 0; length--) {
      const variable = variables.get(JSON.stringify(path.slice(0, length)));
      if (variable !== undefined) return variable;
    }
    return null;
  };
  return {
    ...source,
    value: entries.reduce<unknown>(
      (value, entry) => withValueAt(value, entry.path, entry.value),
      source.value,
    ),
    locate(path, at) {
      const variable = variableAt(path);
      return variable === null
        ? source.locate(path, at)
        : { file: 'environment', line: null, column: null, key: variable };
    },
    isUnresolved: (path) => variableAt(path) === null && source.isUnresolved(path),
  };
}

/** What is at `path`, undefined where there is nothing. */
export function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (current, part) => (isContainer(current) && Object.hasOwn(current, part) ? current[part] : undefined),
    value,
  );
}

/** A copy with one more value; a parent that is no mapping is left alone, validation will say what is wrong with it. */
function withValueAt(value: unknown, path: KeyPath, leaf: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return leaf;
  if (value !== undefined && value !== null && !isContainer(value)) return value;
  if (Array.isArray(value))
    return value.map((item, index) => (index === part ? withValueAt(item, rest, leaf) : item));
  return {
    ...value,
    [part]: withValueAt((value as Record<string, unknown> | null | undefined)?.[part as string], rest, leaf),
  };
}

const isContainer = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;

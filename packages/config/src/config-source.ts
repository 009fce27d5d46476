import type { Problem } from './config-error.ts';
import type { KeyPath } from './key-path.ts';

/** A configuration before validation: plain values, and where each came from. */
export interface ConfigSource {
  /** A file's path, `environment`, or `built-in`. */
  readonly name: string;
  /** Relative file names start here. */
  readonly directory: string;
  readonly value: unknown;
  /** What is already known to be wrong: syntax, references. */
  readonly problems: readonly Problem[];
  /** Where to point for a problem at `path`: at the key itself, or at its value. Falls back to the nearest parent. */
  locate(path: KeyPath, at: 'key' | 'value'): Pick<Problem, 'file' | 'line' | 'column' | 'key'>;
  /** A reference at or above `path` could not be resolved: what else is wrong there is a consequence. */
  isUnresolved(path: KeyPath): boolean;
}

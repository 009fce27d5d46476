/** One thing wrong with the configuration. Messages never repeat a value, so that none can carry a secret. */
export interface Problem {
  /** The file as the user named it, or `environment`. */
  readonly file: string;
  /** From 1; null for a problem of the environment. */
  readonly line: number | null;
  readonly column: number | null;
  /** Path of the key (`clusters.main.endpoints[0].base_url`), or the name of the variable. */
  readonly key: string;
  readonly message: string;
  /** The nearest valid name; null where there is none. */
  readonly suggestion: string | null;
}

/** `file:line:column  key  message (did you mean "x"?)` */
export function formatProblem({ file, line, column, key, message, suggestion }: Problem): string {
  const place = [file, line, column].filter((part) => part !== null).join(':');
  const hint = suggestion === null ? '' : ` (did you mean "${suggestion}"?)`;
  return [place, key, `${message}${hint}`].filter((part) => part !== '').join('  ');
}

/** Everything that is wrong, at once, in the order of the file. The process that gets one exits with code 2. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = problems.toSorted(
      (a, b) =>
        a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    super(
      `The configuration has ${sorted.length} ${sorted.length === 1 ? 'problem' : 'problems'}:\n${sorted.map(formatProblem).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = sorted;
  }
}

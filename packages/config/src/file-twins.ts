import { readFileSync } from 'node:fs';

export interface TwinProblem {
  readonly variable: string;
  readonly message: string;
}

export interface Variables {
  /** Only the variables that are set; never empty. */
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly TwinProblem[];
}

/**
 * The named variables, each from the environment or from the file that its twin `<NAME>_FILE` names (without the last
 * line break), as container secrets come. An empty variable counts as unset; both at once is a problem.
 */
export function readVariables(names: readonly string[], env: NodeJS.ProcessEnv = process.env): Variables {
  const values: Record<string, string> = {};
  const problems: TwinProblem[] = [];
  for (const name of names) {
    const twin = `${name}_FILE`;
    const file = env[twin];
    if (env[name] && file) problems.push({ variable: twin, message: `is set, and so is ${name}: keep one` });
    else if (env[name]) values[name] = env[name];
    else if (file) {
      const read = readSecret(file);
      if ('value' in read) values[name] = read.value;
      else problems.push({ variable: twin, message: read.problem });
    }
  }
  return { values, problems };
}

function readSecret(file: string): { value: string } | { problem: string } {
  try {
    const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? { problem: `names ${file}, which is empty` } : { value };
  } catch (error) {
    return { problem: `names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface ReferenceContext {
  readonly env: NodeJS.ProcessEnv;
  /** Relative `file:` references start here. */
  readonly directory: string;
  /** The value of a variable that is not set, or of a file that cannot be read; absent: that is a problem. */
  readonly standIn?: ((name: string) => string) | undefined;
}

export type Resolved = { readonly value: string } | { readonly problem: string };

const REFERENCE = /\$(\$)?\{(?:([A-Za-z_]\w*)(?::-([^}]*))?\})?/g;

/**
 * A string with its references replaced: `${VAR}`, `${VAR:-default}` (used when VAR is unset or empty) anywhere in it,
 * or the whole string as `file:/path` (its content, without the last line break) or `os.environ/VAR`. `$${` is a literal `${`.
 * What a reference yields is not looked at again.
 */
export function resolveReferences(text: string, context: ReferenceContext): Resolved {
  const { env, directory } = context;
  if (text.startsWith('os.environ/')) return fromVariable(text.slice('os.environ/'.length), context);

  const problems: string[] = [];
  const value = text.replace(
    REFERENCE,
    (whole, escaped: string | undefined, name: string | undefined, fallback: string | undefined) => {
      if (escaped) return whole.slice(1);
      if (name === undefined) {
        problems.push(
          `has a malformed reference: \${ needs a variable name and a closing brace; a literal one is written $\${`,
        );
        return '';
      }
      if (fallback !== undefined) return env[name] || fallback;
      const resolved = fromVariable(name, context);
      if ('problem' in resolved) problems.push(resolved.problem);
      return 'value' in resolved ? resolved.value : '';
    },
  );
  if (problems.length > 0) return { problem: [...new Set(problems)].join('; ') };
  return text.startsWith('file:')
    ? fromFile(path.resolve(directory, value.slice('file:'.length)), context)
    : { value };
}

function fromVariable(name: string, { env, standIn }: ReferenceContext): Resolved {
  const value = env[name] ?? standIn?.(name);
  return value === undefined ? { problem: `environment variable ${name} is not set` } : { value };
}

function fromFile(file: string, { standIn }: ReferenceContext): Resolved {
  try {
    return { value: readFileSync(file, 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    if (standIn) return { value: standIn(file) };
    return { problem: `cannot read ${file} (${(error as NodeJS.ErrnoException).code})` };
  }
}

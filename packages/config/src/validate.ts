import type { z } from 'zod';
import { ConfigError, type Problem } from './config-error.ts';
import type { ConfigSource } from './config-source.ts';
import type { KeyPath } from './key-path.ts';
import { nearestName } from './nearest-name.ts';
import { valueAt } from './overlay.ts';
import { validKeysAt } from './schema-walk.ts';

/** A check finds what a schema cannot say. It sees plain values that may be malformed, and reports by path. */
export type Check = (value: unknown, report: Report) => void;
export type Report = (
  path: KeyPath,
  message: string,
  suggestion?: string | null,
  at?: 'key' | 'value',
) => void;

/** The parsed value, or a ConfigError with every problem of syntax, references, schema and checks. */
export function validate<T extends z.ZodType>(
  schema: T,
  source: ConfigSource,
  check: Check = () => {},
): z.infer<T> {
  const problems: Problem[] = [...source.problems];
  const report: Report = (path, message, suggestion = null, at = 'value') => {
    if (!source.isUnresolved(path)) problems.push({ ...source.locate(path, at), message, suggestion });
  };
  if (source.value === undefined && problems.length > 0) throw new ConfigError(problems);

  const value = source.value ?? {};
  const parsed = schema.safeParse(value);
  if (!parsed.success) reportIssues(schema, value, parsed.error.issues, [], report);
  check(value, report);
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return parsed.data;
}

function reportIssues(
  schema: z.ZodType,
  root: unknown,
  issues: readonly z.core.$ZodIssue[],
  parents: KeyPath,
  report: Report,
): void {
  for (const issue of issues) {
    const path = [...parents, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
    const found = valueAt(root, path);
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys)
          report([...path, key], 'unknown key', nearestName(key, validKeysAt(schema, path)), 'key');
        break;
      case 'invalid_key':
        report(path, issue.issues[0]?.message ?? 'invalid name', null, 'key');
        break;
      case 'invalid_value':
        report(
          path,
          valueMessage(issue, found),
          typeof found === 'string' ? nearestName(found, issue.values.map(String)) : null,
        );
        break;
      case 'invalid_union': {
        // The option whose kind of value this is: what is wrong with it helps more than a list of options.
        const branch = issue.errors.find((errors) =>
          errors.every((error) => error.code !== 'invalid_type' || error.path.length > 0),
        );
        if (branch) reportIssues(schema, root, branch, path, report);
        else report(path, found === undefined ? 'is required' : issue.message);
        break;
      }
      default:
        report(path, messageOf(issue, found));
    }
  }
}

function messageOf(issue: z.core.$ZodIssue, found: unknown): string {
  if (found === undefined) return 'is required';
  const ownText = !/^(Invalid|Too (small|big))/.test(issue.message);
  if (ownText) return issue.message;
  if (found === null) return 'has no value';
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  if (issue.code === 'invalid_type') return `must be ${WORDS[issue.expected] ?? issue.expected}`;
  return issue.message;
}

function valueMessage(issue: z.core.$ZodIssueInvalidValue, found: unknown): string {
  if (found === undefined) return 'is required';
  return issue.message.startsWith('Invalid')
    ? `must be one of ${issue.values.map(String).join(', ')}`
    : issue.message;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

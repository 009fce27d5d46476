import cron from 'node-cron';
import { z } from 'zod';
import { baseUrlProblem } from './base-url.ts';
import { MAX_DURATION_MS, parseDuration, parseSize } from './durations.ts';

/** The kinds of values a configuration is made of. Each says in its message what is right, and never repeats what was there. */

const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;
// What can travel in an HTTP header: visible ASCII.
const HEADER_SAFE = /^[\x21-\x7e]+$/;
const HEADER_TEXT = /^[\x20-\x7e\t]*$/;

// An environment variable or a quoted number is a string; it counts as the number it spells.
const numeric = <T extends z.ZodType>(inner: T) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value),
    inner,
  );

export const integer = (min: number, max = 1_000_000_000) => numeric(z.number().int().min(min).max(max));
export const decimal = (min: number, max: number) => numeric(z.number().min(min).max(max));
export const ratio = decimal(0, 1);
export const port = integer(0, 65_535);

export const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean({ error: 'must be true or false' }),
);

export const text = z.string();
export const nonEmptyText = z.string().min(1, 'must not be empty');
export const name = z
  .string()
  .regex(NAME, 'must be a name: letters, digits, ".", "_" and "-", at most 64, a letter or digit first');
export const secret = z
  .string()
  .superRefine((value, context) => {
    const message =
      value === ''
        ? 'must not be empty: an empty secret protects nothing'
        : 'has characters (spaces, line breaks, non-ASCII) that no key has';
    if (!HEADER_SAFE.test(value)) context.addIssue(message);
  })
  .meta({ minLength: 1 });
export const headerText = z.string().regex(HEADER_TEXT, 'has characters that an HTTP header cannot carry');

/** Milliseconds of a `2s`-like text. `min` in ms. */
export function duration(min = 0) {
  return z
    .union([z.number(), z.string().meta({ pattern: '^\\d+(\\.\\d+)?\\s*(ms|s|m|h)?$|\\$\\{' })], {
      error: DURATION_HELP,
    })
    .transform((value, context) => {
      const ms = parseDuration(value);
      if (ms !== null && ms >= min) return ms;
      const message = ms === null ? DURATION_HELP : `must be at least ${min} ms`;
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    });
}
const DURATION_HELP = `must be a duration such as 500ms, 2s, 5m or 1h (a bare number is seconds), at most ${Math.floor(MAX_DURATION_MS / 3_600_000)}h`;

/** Bytes of a `20mb`-like text. */
export const size = z
  .union([z.number(), z.string().meta({ pattern: '^\\d+(\\.\\d+)?\\s*([kKmMgG]?[bB])?$|\\$\\{' })], {
    error: 'must be a size such as 512kb, 20mb or 1gb',
  })
  .transform((value, context) => {
    const bytes = parseSize(value);
    if (bytes !== null && bytes > 0) return bytes;
    context.issues.push({
      code: 'custom',
      message: 'must be a size such as 512kb, 20mb or 1gb, above zero',
      input: value,
    });
    return z.NEVER;
  });

export const schedule = z
  .string()
  .refine(
    (value) => cron.validate(value),
    'must be a cron expression of five fields (minute hour day month weekday), or six with seconds first',
  );

export const baseUrl = z.string().superRefine((value, context) => {
  const message = baseUrlProblem(value);
  if (message !== null) context.issues.push({ code: 'custom', message, input: value });
});

export const redisUrl = z
  .string()
  .regex(
    /^$|^rediss?([+-](sentinel|cluster))?:\/\/.+$/,
    'must be a redis:// or rediss:// address (a comma list for a cluster, redis+sentinel:// for sentinels), or empty for in-process state',
  )
  .refine(
    (url) => !/^rediss?[+-]sentinel:/.test(url) || /^[^/]+\/\/[^/#]+(\/[^/#]|.*#.)/.test(url),
    "must end in the master's name: redis+sentinel://host:26379,host:26379/mymaster",
  );
export const databaseUrl = z
  .string()
  .regex(/^(sqlite:\S+|postgres(ql)?:\/\/\S+)$/, 'must be sqlite:PATH or postgres://...');

import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Behaviour } from './behaviour.ts';
import { behaviourSchema } from './behaviour-schema.ts';
import type { Scenario } from './scenario.ts';

/** The message names the field that is wrong, or the place in the text. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/;

/** `500ms`, `2s`, `4m`, `1h`, or a bare number of seconds; in milliseconds. */
const duration = z
  .union([z.number().min(0), z.string().regex(DURATION, 'expected a duration such as 500ms, 30s, 4m')])
  .transform((value) => {
    const [, amount = '0', unit = 's'] = DURATION.exec(`${value}`) ?? [];
    return Number(amount) * (UNIT_MS[unit] ?? 1000);
  });

const scenarioSchema = z.strictObject({
  name: z.string().optional(),
  seed: z.int().optional(),
  loop: z.boolean().optional(),
  length: duration.optional(),
  steps: z
    .array(
      z.strictObject({
        at: duration,
        name: z.string(),
        upstreams: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .min(1),
});

/** A behaviour or a list of them, as JSON (or YAML). */
export function parseBehaviours(text: string): readonly Behaviour[] {
  return checkBehaviours(parseText(text), []);
}

/** A scenario file's text, YAML or JSON. */
export function parseScenario(text: string): Scenario {
  const { name, seed, loop, length, steps } = check(scenarioSchema, parseText(text), []);
  return {
    ...(name !== undefined && { name }),
    ...(seed !== undefined && { seed }),
    ...(loop !== undefined && { loop }),
    ...(length !== undefined && { lengthMs: length }),
    steps: steps.map(({ at, name: stepName, upstreams }, index) => ({
      atMs: at,
      name: stepName,
      upstreams: Object.fromEntries(
        Object.entries(upstreams).map(([upstream, value]) => [
          upstream,
          checkBehaviours(value, ['steps', index, 'upstreams', upstream]),
        ]),
      ),
    })),
  };
}

function parseText(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    throw new InvalidInput(error instanceof Error ? error.message : String(error));
  }
}

/** One behaviour or several: checked one by one, so that the message is about the field and not about the union. */
function checkBehaviours(value: unknown, path: readonly PropertyKey[]): readonly Behaviour[] {
  if (!Array.isArray(value)) return [check(behaviourSchema, value, path) as Behaviour];
  if (value.length === 0)
    throw new InvalidInput(`${path.join('.') || 'body'}: expected at least one behaviour`);
  return value.map((entry, index) => check(behaviourSchema, entry, [...path, index]) as Behaviour);
}

function check<T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[]): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${[...path, ...issue.path].join('.') || 'body'}: ${issue.message}`,
  );
  throw new InvalidInput(problems.join('; '));
}

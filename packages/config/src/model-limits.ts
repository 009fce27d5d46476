import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import type { ConfigSource } from './config-source.ts';
import { integer, nonEmptyText } from './fields.ts';
import { asList, asMap, asText } from './loose.ts';
import { nearestName } from './nearest-name.ts';
import { providerOf } from './providers.ts';
import type { ModelLimit } from './types.ts';
import { type Check, validate } from './validate.ts';
import { yamlSource } from './yaml-source.ts';

const count = integer(1).nullable().optional();
const limitFields = {
  rpm: count,
  rpd: count,
  tpm: count,
  max_input: count,
  max_output: count,
  concurrency: count,
};
const limit = z.strictObject(limitFields);
const entry = z.union([nonEmptyText, z.strictObject({ tier: nonEmptyText.optional(), ...limitFields })], {
  error: 'must be the name of a tier, or limits (rpm, rpd, tpm, max_input, max_output, concurrency)',
});

/** Tiers are named sets of limits that models share; a model's own limits stand above those of its tier. */
const limitsSchema = z.strictObject({
  source: nonEmptyText.optional(),
  retrieved: nonEmptyText.optional(),
  tiers: z.record(z.string(), limit).prefault({}),
  models: z.record(z.string(), entry),
});

/** Without a `models` key the file is the mapping of models itself. */
const plainSchema = z.record(z.string(), entry);

/**
 * Limits by model name, from the file that the configuration names under `model_limits`, relative to its own, else from that of
 * a provider it names; empty when there is neither. Throws a ConfigError with positions in that file.
 */
export function loadModelLimits(config: ConfigSource, env: NodeJS.ProcessEnv): Record<string, ModelLimit> {
  const file = asText(asMap(config.value).model_limits) ?? publishedLimits(config.value);
  if (!file || config.isUnresolved(['model_limits'])) return {};
  const absolute = path.resolve(config.directory, file);
  const source = yamlSource(read(absolute, config), file, { env, directory: path.dirname(absolute) });
  const { tiers, models } =
    'models' in asMap(source.value)
      ? validate(limitsSchema, source, checkTiers)
      : { tiers: {}, models: validate(plainSchema, source) };
  return Object.fromEntries(
    Object.entries(models).map(([model, own]) => {
      const { tier, ...limits } = typeof own === 'string' ? { tier: own } : own;
      return [model, modelLimit({ ...(tier === undefined ? {} : tiers[tier]), ...limits })];
    }),
  );
}

/** The file of the first provider that publishes limits; null when none does. */
function publishedLimits(config: unknown): string | null {
  return (
    Object.values(asMap(asMap(config).clusters))
      .flatMap((cluster) => asList(asMap(cluster).endpoints))
      .map((endpoint) => providerOf(asText(asMap(endpoint).provider)).modelLimits)
      .find((limits) => limits !== null) ?? null
  );
}

function modelLimit(limits: z.infer<typeof limit>): ModelLimit {
  return {
    rpm: limits.rpm ?? null,
    rpd: limits.rpd ?? null,
    tpm: limits.tpm ?? null,
    maxInput: limits.max_input ?? null,
    maxOutput: limits.max_output ?? null,
    concurrency: limits.concurrency ?? null,
  };
}

const checkTiers: Check = (value, report) => {
  const { tiers, models } = asMap(value);
  const names = Object.keys(asMap(tiers));
  for (const [model, own] of Object.entries(asMap(models))) {
    const tier = asText(own) ?? asText(asMap(own).tier);
    if (tier === null || names.includes(tier)) continue;
    report(
      typeof own === 'string' ? ['models', model] : ['models', model, 'tier'],
      'is not the name of a tier',
      nearestName(tier, names),
    );
  }
};

function read(file: string, config: ConfigSource): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message = `the file cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new ConfigError([{ ...config.locate(['model_limits'], 'value'), message, suggestion: null }]);
  }
}

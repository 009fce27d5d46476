import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../src/load-config.ts';
import { CLUSTER, errorOf } from './support/load-yaml.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const published = path.resolve(import.meta.dirname, '../../../config/model-limits.yaml');

function loadLimits(limits: string) {
  using files = temporaryDirectory();
  files.write('conf/limits.yaml', limits);
  files.write('conf/holdfast.yaml', `${CLUSTER}\nmodel_limits: ./limits.yaml\n`);
  return loadConfig({ cwd: files.directory, env: {}, path: 'conf/holdfast.yaml' }).modelLimits;
}

describe('the published limits', () => {
  test('hold 58 models of the GitHub Models catalogue, each with requests a minute and a day and tokens of a request', () => {
    using files = temporaryDirectory();
    files.write('holdfast.yaml', `${CLUSTER}\nmodel_limits: ${published}\n`);
    const { modelLimits } = loadConfig({ cwd: files.directory, env: {} });
    expect(Object.keys(modelLimits)).toHaveLength(58);
    for (const limit of Object.values(modelLimits)) {
      expect(limit).toMatchObject({
        rpm: expect.any(Number),
        rpd: expect.any(Number),
        maxInput: expect.any(Number),
        concurrency: expect.any(Number),
      });
    }
    expect(modelLimits['openai/gpt-4o']).toEqual({
      rpm: 10,
      rpd: 50,
      tpm: null,
      maxInput: 8000,
      maxOutput: 4000,
      concurrency: 2,
    });
    expect(modelLimits['openai/gpt-4o-mini']).toEqual({
      rpm: 15,
      rpd: 150,
      tpm: null,
      maxInput: 8000,
      maxOutput: 4000,
      concurrency: 5,
    });
    expect(modelLimits['openai/text-embedding-3-small']).toMatchObject({ maxInput: 64_000, maxOutput: null });
  });
});

describe('a file of limits', () => {
  test('is found relative to the configuration; a model has a tier, limits of its own, or its own over those of the tier', () => {
    const limits = loadLimits(`
tiers: { low: { rpm: 15, rpd: 150 } }
models:
  a: low
  b: { tpm: 40000 }
  c: { tier: low, rpd: 300 }
  d: { tier: low, rpd: null }
`);
    const none = { rpm: null, rpd: null, tpm: null, maxInput: null, maxOutput: null, concurrency: null };
    expect(limits).toEqual({
      a: { ...none, rpm: 15, rpd: 150 },
      b: { ...none, tpm: 40_000 },
      c: { ...none, rpm: 15, rpd: 300 },
      d: { ...none, rpm: 15 },
    });
  });

  test('may be a mapping of models and nothing else', () => {
    expect(
      loadLimits('openai/gpt-4o: { rpm: 10, max_input: 8000, max_output: 4000 }')['openai/gpt-4o'],
    ).toMatchObject({ rpm: 10, maxInput: 8000 });
  });

  test('is refused with positions in that file', () => {
    const error = errorOf(() =>
      loadLimits(
        'tiers: { low: { rpm: 15 } }\nmodels:\n  a: lo\n  b: { rmp: 3 }\n  c: { tier: hihg }\n  d: { rpm: 0 }',
      ),
    );
    expect(
      error.problems.map(({ file, line, column, key, message, suggestion }) => [
        file,
        line,
        column,
        key,
        message,
        suggestion,
      ]),
    ).toEqual([
      ['./limits.yaml', 3, 6, 'models.a', 'is not the name of a tier', 'low'],
      ['./limits.yaml', 4, 8, 'models.b.rmp', 'unknown key', 'rpm'],
      ['./limits.yaml', 5, 14, 'models.c.tier', 'is not the name of a tier', 'low'],
      ['./limits.yaml', 6, 13, 'models.d.rpm', 'must be at least 1', null],
    ]);
  });
});

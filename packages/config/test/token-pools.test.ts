// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what is tested
import { expect, test } from '@jest/globals';
import { CLUSTER, loadYaml } from './support/load-yaml.ts';

const pool = (yaml: string, env: NodeJS.ProcessEnv) =>
  loadYaml(`token_pools:\n  p: ${yaml}\n${CLUSTER}`, env).tokenPools[0]!;

test('from_env collects the variables a glob matches, sorted, each an account of its own', () => {
  const env = { KEY_B: 'b', KEY_A: ' a ', KEY_EMPTY: '', OTHER: 'x' };
  expect(pool('{ from_env: "KEY_*" }', env).tokens).toEqual([
    { name: 'KEY_A', value: 'a', account: 'KEY_A' },
    { name: 'KEY_B', value: 'b', account: 'KEY_B' },
  ]);
});

test('beside a list, from_env adds only what the list does not have, by name or by value', () => {
  const env = { T: 't-1', T2: 't-2', T3: 't-1', T4: 't-4' };
  const tokens = pool(
    '{ tokens: [{ name: T, value: "${T}", account: alice }, { name: second, value: "${T2}", account: alice }], from_env: "T*" }',
    env,
  ).tokens;
  expect(tokens).toEqual([
    { name: 'T', value: 't-1', account: 'alice' },
    { name: 'second', value: 't-2', account: 'alice' },
    { name: 'T4', value: 't-4', account: 'T4' },
  ]);
});

test('a listed token without account is its own; the strategy is sticky unless another is chosen', () => {
  expect(pool('{ tokens: [{ name: A, value: v }] }', {})).toMatchObject({
    tokens: [{ name: 'A', value: 'v', account: 'A' }],
    strategy: 'sticky',
  });
  expect(pool('{ tokens: [{ name: A, value: v }], strategy: least_used }', {}).strategy).toBe('least_used');
});

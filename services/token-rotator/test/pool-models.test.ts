import { loadConfig } from '@holdfast/config/load-config';
import { expect, test } from '@jest/globals';
import { poolModels } from '../src/pool-models.ts';

const config = loadConfig({ env: {}, cwd: import.meta.dirname });
const withRoutes = (...routes: { model: string; cluster: string; fallbackModels?: string[] }[]) => ({
  ...config,
  routes: routes.map((route) => ({ ...config.routes[0]!, fallbackModels: [], ...route })),
});

test('a model that leaves for another cluster as a fallback is none of the pool', () => {
  expect(poolModels(config, 'github')).toEqual(['gpt-4.1-mini']);
});

test('a fallback model that is routed to the pool is one of its own', () => {
  const routed = withRoutes(
    { model: 'gpt-4o', cluster: 'main', fallbackModels: ['gpt-4.1-nano'] },
    { model: '*', cluster: 'github' },
  );
  expect(poolModels(routed, 'github')).toEqual(['gpt-4.1-nano']);
});

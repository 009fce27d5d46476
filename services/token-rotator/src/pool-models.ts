import type { Config } from '@holdfast/config/types';
import { isGlob } from '@holdfast/core/glob';

/** The models that routes and endpoints name for a pool, as those endpoints call them. */
export function poolModels(config: Config, pool: string): string[] {
  const names = new Set<string>();
  for (const { name: cluster, endpoints } of config.clusters) {
    const asked = config.routes
      .filter((route) => route.cluster === cluster)
      .flatMap(({ model, fallbackModels }) => [model, ...fallbackModels])
      .filter((model) => !isGlob(model));
    for (const { tokenPool, models } of endpoints) {
      if (tokenPool !== pool) continue;
      for (const model of [...asked, ...Object.keys(models)])
        names.add(Object.hasOwn(models, model) ? models[model]! : model);
    }
  }
  return [...names].sort();
}

import type { Config } from '@holdfast/config/types';
import { isGlob, matchesGlob } from '@holdfast/core/glob';

/** The models by which requests reach a pool's endpoints, as those endpoints call them; a fallback model is routed again. */
export function poolModels({ clusters, routes }: Config, pool: string): string[] {
  const named = routes
    .flatMap(({ model, fallbackModels }) => [model, ...fallbackModels])
    .filter((model) => !isGlob(model));
  const clusterOf = (asked: string) => routes.find(({ model }) => matchesGlob(model, asked))?.cluster;
  const names = new Set<string>();
  for (const { name: cluster, endpoints } of clusters) {
    const asked = named.filter((model) => clusterOf(model) === cluster);
    for (const { tokenPool, models } of endpoints) {
      if (tokenPool !== pool) continue;
      for (const model of [...asked, ...Object.keys(models)])
        names.add(Object.hasOwn(models, model) ? models[model]! : model);
    }
  }
  return [...names].sort();
}

import { isGlob } from '@holdfast/core/glob';
import type { Cluster, Route } from './types.ts';

/**
 * The model that personas and tagging use when they name none: the first exact name among the routes, preferably of a
 * cluster with an OpenAI endpoint, whose dialect they speak; then a fallback model, then a name that an endpoint maps. Null when every name is a glob.
 */
export function firstExactModel(routes: readonly Route[], clusters: readonly Cluster[]): string | null {
  const exact = routes.filter(({ model }) => !isGlob(model));
  const openai = clusters.filter(({ endpoints }) => endpoints.some(({ protocol }) => protocol === 'openai'));
  return (
    exact.find(({ cluster }) => openai.some(({ name }) => name === cluster))?.model ??
    exact[0]?.model ??
    routes.flatMap(({ fallbackModels }) => fallbackModels)[0] ??
    openai.flatMap(({ endpoints }) => endpoints.flatMap(({ models }) => Object.keys(models)))[0] ??
    null
  );
}
